import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePolicy, read, trustIdentity, trustKey, trustNotation, verify } from '../../../src/index.js';
import { verifySchema } from '../../../src/operations/verify/schema.js';
import { pushImage } from '../../store/support/artifacts.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { newLayout } from '../support/places.js';
import { attLayer, PROVENANCE, sign, underTag } from './support/signing.js';

const src = fileURLToPath(new URL('../../../src', import.meta.url));

/** The packages that a file of `src` loads at once, with all that it imports. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(join(src, file), 'utf8');
  const names = [...text.matchAll(/^(?:import|export)\b(?! type)[^;]*?from '([^']+)'/gm)].map(([, name = '']) => name);
  return names.flatMap((name) =>
    name.startsWith('.') ? packagesOf(normalize(join(dirname(file), name)).replace(/\.js$/, '.ts'), seen) : [name],
  );
}

describe('the library', () => {
  it('loads nothing that verifies before something is verified', () => {
    const packages = packagesOf('index.ts');
    expect(packages).toContain('node:crypto');
    expect(packages.filter((name) => /sigstore|cborg|yaml/.test(name))).toEqual([]);
  });

  it('makes trusts from data, and refuses those that are none', async () => {
    await expect(trustIdentity({ identity: 'a@example.com' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(trustNotation({ policy: {}, stores: {} })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await trustIdentity({ identity: 'a@example.com', issuer: 'https://issuer.example' })).toMatchObject({
      type: 'identity',
      name: 'a@example.com',
    });
  });

  it('refuses what only looks like a list of trusts, as a program without types may give', async () => {
    const store = await newLayout();
    const { digest } = (await pushImage(store, 'image')).descriptor;
    const { trust } = makeKey();
    const wrong = [trust, ['-----BEGIN PUBLIC KEY-----'], [undefined], 'cosign.pub'];
    for (const given of wrong) {
      const refused = { code: 'INVALID_ARGUMENT', message: 'trust is not a list of trusts' };
      const place = { store, digest };
      await expect(Reflect.apply(verify, undefined, [place, { trust: given }])).rejects.toMatchObject(refused);
      const reading = Reflect.apply(read, undefined, [place, {}, { verify: true, trust: given }]);
      await expect(reading).rejects.toMatchObject(refused);
    }
  });

  it('gives a result that its schema describes, as JSON has it', async () => {
    const key = makeKey();
    const store = await newLayout();
    const { digest } = (await pushImage(store, 'image')).descriptor;
    await sign(store, digest, key, makeKey());
    const result = await verify({ store, digest }, { trust: [key.trust], require: ['signature'] });
    const json: unknown = JSON.parse(JSON.stringify(result));
    expect(verifySchema.parse(json)).toEqual(json);
    expect(json).not.toHaveProperty('unread');
  });
});

describe('verify with a policy', () => {
  const key = makeKey();
  const other = makeKey();
  const pem = key.trust.key.export({ type: 'spki', format: 'pem' }).toString();
  const policyOf = (rule: object) =>
    parsePolicy(
      {
        version: 1,
        trust: { release: { key: 'release.pub' } },
        rules: { gate: { scope: '**', by: 'release', ...rule } },
      },
      { readFile: async () => Buffer.from(pem) },
    );

  it('keeps its rules by its own trusts alone', async () => {
    const store = await newLayout();
    const { digest } = (await pushImage(store, 'image')).descriptor;
    const policy = await policyOf({ kind: 'provenance' });
    const run = (options = {}) => verify({ store, digest }, { policy, ...options });
    await expect(run()).rejects.toMatchObject({ code: 'NO_MATCH', message: expect.stringContaining('gate') });
    await underTag(store, digest, '.att', attLayer([other], digest, PROVENANCE));
    await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    const named = trustKey(other.trust.key.export({ type: 'spki', format: 'pem' }).toString(), { name: 'release' });
    await expect(run({ trust: [named] })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await underTag(store, digest, '.att', attLayer([key], digest, PROVENANCE));
    const result = await run();
    expect(result).toMatchObject({ outcome: 'verified', violations: [], missing: [] });
    expect(verifySchema.parse(JSON.parse(JSON.stringify(result)))).toMatchObject({ outcome: 'verified' });
    await expect(run({ require: ['signature'] })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('refuses a subject that no rule is for', async () => {
    const store = await newLayout();
    const { digest } = (await pushImage(store, 'image')).descriptor;
    await sign(store, digest, key);
    const policy = await policyOf({ kind: 'signature', scope: 'registry.example/app' });
    await expect(verify({ store, digest }, { policy })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });
});
