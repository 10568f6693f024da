import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { readPolicy } from '../../../src/operations/verify/policy-file.js';
import { verify } from '../../../src/operations/verify/verify.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openStore } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { authority, type Issued, issue } from '../../trust/notation/support/certificates.js';
import { jws } from '../../trust/notation/support/envelopes.js';
import { policyOf } from '../../trust/notation/support/judging.js';
import { makeKey, type TestKey, toJson } from '../../trust/support/envelopes.js';
import { makeSigstore, pem, type SignOptions, V03 } from '../../trust/support/sigstore.js';
import { newLayout } from '../support/places.js';
import { attached, attLayer, layer, PROVENANCE, sign, underTag } from './support/signing.js';

const EXAMPLES = new URL('../../../examples/policies/', import.meta.url);

/** A copy of an example for a registry of the test in the place of ghcr.io, with the files that it names. */
async function example(
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  change = (text: string) => text,
) {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const directory = await tempDir();
  const text = await readFile(new URL(name, EXAMPLES), 'utf8');
  const policy = change(text).replaceAll('ghcr.io/', `${registry.host}/`);
  for (const [path, content] of Object.entries({ ...files, [name]: policy })) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return {
    policy: await readPolicy(join(directory, name)),
    open: (repository: string) => openStore(registry.host, repository),
  };
}

const publicPem = ({ trust }: TestKey) => pem(trust.key);
const pushed = async (store: Store) => (await pushImage(store, 'image')).descriptor;

describe('key-and-sbom.yaml', () => {
  const key = makeKey();

  it('takes an image with a signature and an SBOM by the key, and names what another lacks', async () => {
    const { policy, open } = await example('key-and-sbom.yaml', { 'cosign.pub': publicPem(key) });
    const store = open('acme/app');
    const { digest } = await pushed(store);
    const judged = () => verify({ store, digest }, { policy, partial: true });
    const lacking = async () => (await judged()).violations?.map(({ rule, isThere }) => [rule, isThere]);
    expect(await judged()).toMatchObject({ outcome: 'unsigned', missing: [] });
    expect(await lacking()).toEqual([
      ['signed', false],
      ['sbom', false],
    ]);
    await sign(store, digest, makeKey(), key);
    await underTag(store, digest, '.att', attLayer([makeKey()], digest), attLayer([key], digest, PROVENANCE));
    expect(await lacking()).toEqual([['sbom', true]]);
    await expect(verify({ store, digest }, { policy })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await underTag(store, digest, '.att', attLayer([key], digest));
    expect(await judged()).toMatchObject({ outcome: 'verified', violations: [] });
  });

  it('refuses images that are not in its scope, though all is signed', async () => {
    const { policy, open } = await example('key-and-sbom.yaml', { 'cosign.pub': publicPem(key) });
    for (const store of [open('acme/team/app'), open('other/app'), await newLayout()]) {
      const { digest } = await pushed(store);
      await sign(store, digest, key);
      await underTag(store, digest, '.att', attLayer([key], digest));
      const result = await verify({ store, digest }, { policy, partial: true });
      expect(result).toMatchObject({
        outcome: 'not-verified',
        violations: [{ message: expect.stringMatching(/^no rule of /) }],
      });
      await expect(verify({ store, digest }, { policy })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    }
  });

  it('counts no trust that stands beside it, whatever its name', async () => {
    const { policy, open } = await example('key-and-sbom.yaml', { 'cosign.pub': publicPem(key) });
    const store = open('acme/app');
    const { digest } = await pushed(store);
    const other = makeKey();
    await sign(store, digest, other);
    await underTag(store, digest, '.att', attLayer([other], digest));
    const trust = [{ ...other.trust, name: 'release' }];
    expect(await verify({ store, digest }, { policy, trust, partial: true })).toMatchObject({
      outcome: 'not-verified',
      violations: [{ rule: 'signed' }, { rule: 'sbom' }],
    });
  });
});

describe('github-provenance.yaml', () => {
  const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000);
  const provenance = (digest: string) => ({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: PROVENANCE,
    subject: [{ name: 'app', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicate: {},
  });

  async function start() {
    const sigstore = await makeSigstore();
    const root = JSON.stringify(sigstore.rootDocument());
    const withRoot = (text: string) => text.replace('  workflows:\n', '  workflows:\n    trustedRoot: root.json\n');
    const { policy, open } = await example('github-provenance.yaml', { 'root.json': root }, withRoot);
    const store = open('acme/team/app');
    const image = await pushed(store);
    const attest = async (options?: SignOptions, about: Descriptor = image) => {
      const bundle = await sigstore.signStatement(toJson(provenance(about.digest)), options);
      await attached(store, image, V03, layer(toJson(bundle), V03));
    };
    const judged = (now?: Date) => verify({ store, digest: image.digest }, { policy, partial: true, now });
    return { store, image, attest, judged };
  }

  it('takes provenance that a workflow signed', async () => {
    const { attest, judged } = await start();
    expect(await judged()).toMatchObject({ outcome: 'unsigned' });
    await attest();
    expect(await judged()).toMatchObject({ outcome: 'verified', violations: [], trustedRoot: { source: 'root.json' } });
  });

  it.each([
    ['of another owner', { identity: 'https://github.com/evil/app/.github/workflows/release.yml@refs/heads/main' }],
    [
      'that has the owner in front',
      { identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main.evil.example' },
    ],
    [
      'that has the owner behind',
      { identity: 'https://evil.example/https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main' },
    ],
    ['of a pull request', { identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/pull/1/merge' }],
    ['of another issuer', { issuer: 'https://token.actions.githubusercontent.com.evil.example' }],
  ])('does not take an identity %s', async (_what, options) => {
    const { attest, judged } = await start();
    await attest(options);
    expect(await judged()).toMatchObject({
      outcome: 'not-verified',
      violations: [{ rule: 'provenance', isThere: true }],
    });
  });

  it('does not take the provenance of another image', async () => {
    const { store, attest, judged } = await start();
    await attest({}, (await pushImage(store, 'another')).descriptor);
    expect(await judged()).toMatchObject({ outcome: 'not-verified', violations: [{ isThere: true }] });
  });

  it('does not take provenance of more than 30 days', async () => {
    const { attest, judged } = await start();
    await attest();
    expect(await judged(inDays(29))).toMatchObject({ outcome: 'verified' });
    const result = await judged(inDays(31));
    expect(result).toMatchObject({ outcome: 'not-verified', referrers: [{ verdict: 'verified' }] });
    expect(result.violations?.[0]?.message).toMatch(/at most 30d old, got one of 32d$/);
  });

  it('does not take provenance from the future', async () => {
    const { attest, judged } = await start();
    await attest();
    expect(await judged(inDays(-1))).toMatchObject({ outcome: 'not-verified' });
  });
});

describe('production.yaml', () => {
  const [alice, bob] = [makeKey(), makeKey('Ed25519')];
  const root = authority();
  const signer = issue({ issuer: root });
  const FILES = {
    'keys/alice.pub': publicPem(alice),
    'keys/bob.pub': publicPem(bob),
    'notation/trustpolicy.oci.json': JSON.stringify(policyOf({})),
    'notation/truststore/x509/ca/acme/root.der': root.raw,
  };
  const notation = (store: Store, image: Descriptor, chain: readonly Issued[]) => {
    const { content, mediaType } = jws({ chain, digest: image.digest });
    return attached(store, image, 'application/vnd.cncf.notary.signature', layer(content, mediaType));
  };

  it('takes two signers, a certificate and a key, and not one who signs twice', async () => {
    const { policy, open } = await example('production.yaml', FILES);
    const store = open('acme/production/app');
    const image = await pushed(store);
    const judged = () => verify({ store, digest: image.digest }, { policy, partial: true });
    await sign(store, image.digest, alice, alice);
    const one = await judged();
    expect(one).toMatchObject({ outcome: 'not-verified', violations: [{ rule: 'two-signers', isThere: true }] });
    expect(one.violations?.[0]?.message).toBe(
      'wanted signature by 2 signers of "build" or "alice" or "bob", got 1 signer',
    );
    await notation(store, image, [issue({ issuer: authority() }), authority()]);
    expect(await judged()).toMatchObject({ outcome: 'not-verified' });
    await notation(store, image, [signer, root]);
    expect(await judged()).toMatchObject({ outcome: 'verified', violations: [] });
  });

  it('takes one signer elsewhere, and a layout as well', async () => {
    const { policy, open } = await example('production.yaml', FILES);
    for (const store of [open('acme/test/app'), await newLayout()]) {
      const { digest } = await pushed(store);
      await expect(verify({ store, digest }, { policy })).rejects.toMatchObject({ code: 'NO_MATCH' });
      await sign(store, digest, bob);
      expect(await verify({ store, digest }, { policy })).toMatchObject({ outcome: 'verified' });
    }
  });
});

it('shows the policies in docs/policy.md as they are', async () => {
  const page = await readFile(new URL('../../docs/policy.md', EXAMPLES), 'utf8');
  for (const name of ['key-and-sbom', 'github-provenance', 'production'])
    expect(page).toContain(`\`\`\`yaml\n${await readFile(new URL(`${name}.yaml`, EXAMPLES), 'utf8')}\`\`\``);
});
