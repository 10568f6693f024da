import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { type VerifiedNode, type VerifyOptions, verify } from '../../../src/operations/verify/verify.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { pushImage } from '../../store/support/artifacts.js';
import { writeAttestedIndex } from '../../support/attested-index.js';
import { tempDir } from '../../support/temp.js';
import { makeKey, toJson } from '../../trust/support/envelopes.js';
import { newLayout } from '../support/places.js';
import { attached, attLayer, layer, PROVENANCE, SBOM, sign, underTag } from './support/signing.js';

const key = makeKey();
const trust = [key.trust];
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** An index of two platforms with BuildKit's attestations, in a layout. */
async function attestedIndex() {
  const written = await writeAttestedIndex(join(await tempDir(), 'layout'));
  const store = await openLayout(written.directory);
  const digest = (of: 'amd64' | 'arm64') => parseDigest(written[of].digest);
  const run = (options: VerifyOptions = {}) => verify({ store, tag: written.tag }, { trust, ...options });
  return { written, store, run, index: parseDigest(written.digest), digest };
}

const verdicts = (nodes: readonly VerifiedNode[] = []) => nodes.map(({ kind, verdict }) => `${kind} ${verdict}`).sort();

async function putIndex(store: Store, manifests: readonly object[]) {
  const index = parseManifest(toJson({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await store.putManifest(index);
  return index.descriptor;
}

const attestationOf = (of: { readonly digest: string }) => ({
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.digest': of.digest, 'vnd.docker.reference.type': 'attestation-manifest' },
});

describe('a verified signature of an index', () => {
  it("covers its platforms, and BuildKit's attestations in it", async () => {
    const { store, run, index } = await attestedIndex();
    await sign(store, index, key);
    const result = await run({ require: ['signature', 'provenance', 'sbom'] });
    const signature = result.referrers[0]?.digest;
    expect(result).toMatchObject({ outcome: 'verified', coveredBy: signature, missing: [] });
    expect(result.onIndex.map(({ kind, index: by }) => [kind, by])).toEqual([
      ['signature', index],
      ['signature', index],
    ]);
    for (const platform of result.platforms ?? []) {
      expect(platform.coveredBy).toBe(signature);
      expect(verdicts(platform.referrers)).toEqual(['provenance verified', 'sbom verified']);
      expect(platform.referrers.map(({ coveredBy }) => coveredBy)).toEqual([signature, signature]);
    }
    await expect(run({ require: ['signature'], requireOn: 'platforms' })).rejects.toMatchObject({ code: 'NO_MATCH' });
    expect(await run({ require: ['signature'], requireOn: 'index' })).toMatchObject({ outcome: 'verified' });
  });

  it('counts for a platform that is chosen from it, and not for the bare digest of the platform', async () => {
    const { store, run, index, digest } = await attestedIndex();
    await sign(store, index, key);
    const chosen = await run({ platform: 'linux/arm64', require: ['signature', 'sbom'] });
    expect(chosen).toMatchObject({
      digest: digest('arm64'),
      outcome: 'verified',
      coveredBy: chosen.above?.[0]?.referrers[0]?.digest,
      above: [{ digest: index, referrers: [{ kind: 'signature', verdict: 'verified' }] }],
      onIndex: [{ kind: 'signature', index }],
    });
    expect(verdicts(chosen.referrers)).toEqual(['provenance verified', 'sbom verified']);
    expect(await run({ platform: 'linux/arm64' })).toMatchObject({ outcome: 'verified' });
    await expect(run({ platform: 'linux/arm64', requireOn: 'platforms' })).rejects.toMatchObject({ code: 'NO_MATCH' });
    const bare = () => verify({ store, digest: digest('arm64') }, { trust });
    await expect(bare()).rejects.toMatchObject({ code: 'NO_MATCH' });
    await sign(store, digest('arm64'), key);
    expect(await bare()).toMatchObject({ outcome: 'verified' });
  });

  it('is not made by signatures of its platforms', async () => {
    const { store, run, digest } = await attestedIndex();
    for (const name of ['amd64', 'arm64'] as const) await sign(store, digest(name), key);
    await expect(run()).rejects.toMatchObject({ code: 'NO_MATCH' });
    const result = await run({ require: ['signature'] });
    expect(result).toMatchObject({ outcome: 'verified', onIndex: [] });
    expect(result.coveredBy).toBeUndefined();
    // A signature of the platform covers no statement that the index alone ties to it.
    const [amd64, arm64] = ['amd64', 'arm64'].map((name) =>
      result.platforms?.find(({ platform }) => platform === `linux/${name}`),
    );
    expect(verdicts(amd64?.referrers)).toEqual(['provenance unchecked', 'sbom unchecked', 'signature verified']);
    expect(verdicts(arm64?.referrers)).toEqual(['provenance unchecked', 'sbom unchecked', 'signature verified']);
    await expect(run({ require: ['sbom'] })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  const known = { platform: { os: 'linux', architecture: 'arm64' } };
  it.each<[string, object]>([
    ['of a platform', known],
    ['without a platform', { platform: undefined }],
    ['of a platform, and of another type', { ...known, annotations: {}, mediaType: 'application/x' }],
  ])('is wanted for an image %s that says to be something else: a runtime takes it', async (_what, fields) => {
    const store = await newLayout();
    const [good, other] = await Promise.all(['a', 'b'].map(async (name) => (await pushImage(store, name)).descriptor));
    if (good === undefined || other === undefined) throw new Error('images are pushed');
    const amd64 = { ...good, platform: { os: 'linux', architecture: 'amd64' } };
    const index = await putIndex(store, [amd64, { ...other, ...attestationOf(good), ...fields }]);
    await sign(store, good.digest, key);
    const require = ['signature'];
    for (const requireOn of ['any', 'platforms'] as const) {
      const result = await verify({ store, digest: index.digest }, { trust, require, requireOn, partial: true });
      expect(result).toMatchObject({ outcome: 'unsigned', missing: [{ digest: other.digest }] });
    }
    await sign(store, index.digest, key);
    const signed = await verify({ store, digest: index.digest }, { trust, require });
    expect(signed).toMatchObject({ outcome: 'verified', onIndex: [{ digest: other.digest }] });
  });

  it('covers what an inner index holds, and nothing of an outer one', async () => {
    const store = await newLayout();
    const images = await Promise.all(['a', 'b', 'c'].map(async (name) => (await pushImage(store, name)).descriptor));
    const [a, b, c] = images.map((image, at) => ({ ...image, platform: { os: 'linux', architecture: `arch${at}` } }));
    const inner = await putIndex(store, [a ?? {}, b ?? {}]);
    const outer = await putIndex(store, [inner, c ?? {}]);
    await sign(store, inner.digest, key);
    const result = await verify({ store, digest: outer.digest }, { trust, partial: true });
    expect(result).toMatchObject({ outcome: 'unsigned', missing: [{ digest: outer.digest, isThere: false }] });
    expect(result.platforms?.map(({ digest, coveredBy }) => [digest, coveredBy !== undefined])).toEqual([
      [inner.digest, true],
      [a?.digest, true],
      [b?.digest, true],
      [c?.digest, false],
    ]);
    const chosen = (platform: string) => verify({ store, digest: outer.digest }, { trust, platform });
    expect(await chosen('linux/arch0')).toMatchObject({ above: [{ digest: inner.digest }, { digest: outer.digest }] });
    await expect(chosen('linux/arch2')).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('covers no attestation that an unsigned index around it adds', async () => {
    const { written, store, index } = await attestedIndex();
    const { amd64 } = written;
    const evil = await attached(
      store,
      { mediaType: MANIFEST, digest: parseDigest(amd64.digest), size: amd64.size },
      'application/vnd.docker.attestation.manifest.v1+json',
      layer(toJson({ predicateType: PROVENANCE }), 'application/vnd.in-toto+json', {
        'in-toto.io/predicate-type': PROVENANCE,
      }),
    );
    const outer = await putIndex(store, [
      { mediaType: INDEX, digest: index, size: written.size },
      { ...evil.descriptor, ...attestationOf(amd64) },
    ]);
    await sign(store, index, key);
    const result = await verify({ store, digest: outer.digest }, { trust, partial: true });
    const platform = result.platforms?.find(({ digest }) => digest === amd64.digest);
    expect(platform?.coveredBy).toBeDefined();
    expect(verdicts(platform?.referrers)).toEqual(['provenance unchecked', 'provenance verified', 'sbom verified']);
  });

  it('covers no attestation that it holds for another platform', async () => {
    const { written, store, index } = await attestedIndex();
    const { attestations } = written;
    const outer = await putIndex(store, [
      { mediaType: INDEX, digest: index, size: written.size },
      // Of arm64, and said to be of amd64.
      { ...attestations.amd64, ...attestationOf(written.arm64) },
    ]);
    await sign(store, index, key);
    const result = await verify({ store, digest: outer.digest }, { trust, partial: true });
    const of = (digest: string) => verdicts(result.platforms?.find((one) => one.digest === digest)?.referrers);
    expect(of(written.arm64.digest)).toEqual([
      'provenance unchecked',
      'provenance verified',
      'sbom unchecked',
      'sbom verified',
    ]);
  });
});

describe('a signed SBOM', () => {
  it('of another image is not verified below this one', async () => {
    const store = await newLayout();
    const [image, another] = [(await pushImage(store, 'a')).descriptor, (await pushImage(store, 'b')).descriptor];
    const sbom = await attached(store, another, SBOM, layer(toJson({}), SBOM));
    await sign(store, sbom.descriptor.digest, key);
    await store.putManifest(sbom, { tags: [`${image.digest.replace(':', '-')}.sbom`] });
    const result = await verify({ store, digest: image.digest }, { trust, partial: true, require: ['sbom'] });
    expect(result).toMatchObject({ outcome: 'not-verified', missing: [{ kind: 'sbom', isThere: true }] });
    expect(result.referrers).toMatchObject([
      { kind: 'sbom', verdict: 'unchecked', reason: 'unsigned', message: expect.stringContaining('its place') },
    ]);
    expect(await verify({ store, digest: another.digest }, { trust, require: ['sbom'] })).toMatchObject({
      outcome: 'verified',
    });
  });

  it('is verified as an attestation of an index for its platforms', async () => {
    const { store, run, index } = await attestedIndex();
    await underTag(store, index, '.att', attLayer([key], index, 'https://openvex.dev/ns/v0.2.0'));
    expect(await run({ require: ['vex'] })).toMatchObject({
      outcome: 'verified',
      onIndex: [{ kind: 'vex' }, { kind: 'vex' }],
    });
  });
});
