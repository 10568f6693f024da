import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RemoraError } from '../../../src/errors.js';
import { layersOf } from '../../../src/oci/documents/manifest.js';
import { MAX_ENVELOPE } from '../../../src/operations/verify/read-evidence.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { openLayout } from '../../../src/store/layout/store.js';
import type { KeyTrust } from '../../../src/trust/values/trust.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { makeKey, toJson } from '../../trust/support/envelopes.js';
import { attached, attLayer, DSSE, layer, PROVENANCE, sigLayer, sign, underTag } from './support/signing.js';

const key = makeKey();
const other = makeKey();
const trust = [key.trust];

async function layout() {
  const directory = join(await tempDir(), 'layout');
  const store = await openLayout(directory, { create: true });
  const { digest } = (await pushImage(store, 'image')).descriptor;
  const run = (options = {}) => verify({ store, digest }, { trust, ...options });
  return { store, digest, run, blob: (of: string) => join(directory, 'blobs', 'sha256', of.slice('sha256:'.length)) };
}

describe('a signature that cannot be read as it should be', () => {
  it.each([
    ['is missing', 'missing', (path: string) => rm(path)],
    ['has other bytes', 'digest', (path: string, size: number) => writeFile(path, Buffer.alloc(size, 'x'))],
    ['has another size', 'digest', (path: string) => writeFile(path, 'x')],
  ] as const)('is wrong where its layer %s, and spoils no other', async (_what, reason, damage) => {
    const { store, digest, run, blob } = await layout();
    const image = await underTag(store, digest, '.att', attLayer([key], digest, PROVENANCE));
    const [broken] = layersOf(image);
    if (broken === undefined) throw new Error('no layer');
    await damage(blob(broken.digest), broken.size);
    await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await sign(store, digest, key);
    const result = await run();
    expect(result).toMatchObject({ outcome: 'verified', incomplete: [] });
    expect(result.referrers.find((node) => node.digest === broken.digest)).toMatchObject({ verdict: 'wrong', reason });
    await expect(run({ require: ['provenance'] })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await expect(run({ noWrong: true })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('is not read where it is larger than 64 MiB', async () => {
    const { store, registry } = await begin();
    const { digest } = (await pushImage(store, 'image')).descriptor;
    const huge = layer(toJson({}), DSSE);
    const claimed = { ...huge, descriptor: { ...huge.descriptor, size: MAX_ENVELOPE + 1 } };
    await underTag(store, digest, '.att', { descriptor: claimed.descriptor });
    registry.clear();
    const result = await verify({ store, digest }, { trust, partial: true });
    expect(result.referrers).toMatchObject([{ verdict: 'unchecked', reason: 'unsupported' }]);
    expect(result.outcome).toBe('not-verified');
    expect(registry.count('GET', '/blobs/')).toBe(0);
  });

  it('is not read where it is a large file of a type that says nothing, beyond its first MiB', async () => {
    const { store, digest, run } = await layout();
    const { descriptor } = await store.manifest({ digest });
    const large = Buffer.alloc(3 * 1024 * 1024, '{"a":"b"}\n');
    await attached(store, descriptor, 'application/vnd.example', layer(large, 'application/octet-stream'));
    expect(await run({ partial: true })).toMatchObject({
      outcome: 'unsigned',
      referrers: [{ verdict: 'unchecked', reason: 'unsigned' }],
    });
  });
});

describe('a judge that fails', () => {
  const failing = (error: Error): KeyTrust => ({
    ...key.trust,
    get key(): never {
      throw error;
    },
  });

  it('verifies nothing, and spoils nothing', async () => {
    const { store, digest, run } = await layout();
    await sign(store, digest, key);
    const result = await run({ trust: [failing(new TypeError('odd'))], partial: true });
    expect(result).toMatchObject({
      outcome: 'not-verified',
      referrers: [{ verdict: 'unchecked', reason: 'unsupported' }],
    });
  });

  it('over a trust that cannot be used tells so', async () => {
    const { store, digest, run } = await layout();
    await sign(store, digest, key);
    const error = new RemoraError('INVALID_ARGUMENT', 'key is odd');
    await expect(run({ trust: [failing(error)] })).rejects.toBe(error);
  });
});

describe('more signatures than the limit', () => {
  it('count as not asked, unless what is required is verified without them', async () => {
    const { store, digest, run } = await layout();
    const junk = Array.from({ length: 5 }, () => sigLayer(other, digest));
    await underTag(store, digest, '.sig', ...junk, sigLayer(key, digest));
    expect(await run()).toMatchObject({ outcome: 'verified', incomplete: [] });
    await expect(run({ maxSignatures: 5 })).rejects.toMatchObject({
      code: 'INCOMPLETE',
      message: expect.stringContaining('signatures above the limit'),
    });
    const result = await run({ maxSignatures: 5, partial: true });
    expect(result).toMatchObject({ outcome: 'incomplete', incomplete: [{ way: 'signatures above the limit' }] });
    expect(result.referrers.at(-1)).toMatchObject({ verdict: 'unchecked', reason: 'unread' });
    expect(result.referrers).toHaveLength(6);
    await underTag(store, digest, '.sig', sigLayer(other, digest));
    expect(await run({ maxSignatures: 6 })).toMatchObject({
      outcome: 'verified',
      incomplete: [{ way: 'signatures above the limit' }],
    });
  });
});

describe('a place that cannot be asked', () => {
  const cases = [
    ['the referrers', 'referrers', 500],
    ['the referrers, refused', 'referrers', 403],
    ['the manifest of an attachment', 'manifest', 500],
    ['a signature', 'layer', 500],
    ['a signature, refused', 'layer', 401],
  ] as const;

  it.each(cases)('is never unsigned: %s', async (_what, part, status) => {
    let failing = 'nothing';
    const { store, open } = await begin({ fault: ({ path }) => (path.includes(failing) ? { status } : undefined) });
    const { descriptor } = await pushImage(store, 'image');
    const { digest } = descriptor;
    const manifest = await attached(store, descriptor, DSSE, attLayer([key], digest, PROVENANCE));
    await sign(store, digest, key);
    const run = (options = {}) => verify({ store: open(), digest }, { trust, ...options });
    expect(await run({ require: ['provenance'] })).toMatchObject({ outcome: 'verified', incomplete: [] });

    const layerDigest = layersOf(manifest)[0]?.digest ?? '';
    failing = {
      referrers: '/referrers/',
      manifest: `/manifests/${manifest.descriptor.digest}`,
      layer: `/blobs/${layerDigest}`,
    }[part];
    await expect(run({ require: ['provenance'] })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    const result = await run({ require: ['provenance'], partial: true });
    expect(result.outcome).toBe('incomplete');
    const codes = { 500: 'BUSY', 403: 'FORBIDDEN', 401: 'UNAUTHORIZED' };
    expect(result.incomplete.map(({ error }) => error.code)).toContain(codes[status]);
    // The signature is verified without it; nobody knows whether a wrong one is there.
    expect(await run()).toMatchObject({ outcome: 'verified' });
    await expect(run({ noWrong: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
  });

  it('stops where it is interrupted', async () => {
    const { store, digest } = await layout();
    await sign(store, digest, key);
    await expect(verify({ store, digest }, { trust, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
