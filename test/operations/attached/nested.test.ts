import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { parsePlatform } from '../../../src/oci/values/platform.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { resolvePlatform } from '../../../src/operations/attached/platform.js';
import { selectAttached } from '../../../src/operations/attached/select.js';
import { planCopy } from '../../../src/operations/copy/plan-copy.js';
import { discover } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { Content, pushImage } from '../../store/support/artifacts.js';
import { cosignTags, DELETING_PLACES, run } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { attestedEntries, IN_TOTO, layered } from '../support/mechanisms.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

async function image(store: Store, name: string, platform?: string): Promise<Descriptor> {
  const { descriptor } = await pushImage(store, name, { child: true });
  return platform === undefined ? descriptor : { ...descriptor, platform: parsePlatform(platform) };
}

async function index(store: Store, manifests: readonly Descriptor[], tag?: string): Promise<Descriptor> {
  const manifest = buildIndex({ manifests });
  await store.putManifest(manifest, tag === undefined ? { child: true } : { tags: [tag] });
  return manifest.descriptor;
}

/** An index that holds an image and, two levels further down, two more. */
async function nested(store: Store) {
  const amd64 = await image(store, 'amd64', 'linux/amd64');
  const arm64 = await image(store, 'arm64');
  const s390x = await image(store, 's390x', 'linux/s390x');
  const inner = await index(store, [{ ...arm64 }]);
  const middle = await index(store, [{ ...inner, platform: parsePlatform('linux/arm64') }, s390x]);
  const outer = await index(store, [amd64, middle], 'outer');
  return { amd64, arm64, s390x, inner, middle, outer };
}

const sboms = (found: Iterable<{ readonly kind?: string; readonly subject: string }>) =>
  [...found].filter(({ kind }) => kind === 'sbom').map(({ subject }) => subject);

describe.each(PLACES)('an index within an index in %s', (_what, open) => {
  it('is shown with all below it, each once, and with the platform that its own index names', async () => {
    const store = await open();
    const { amd64, arm64, s390x, inner, middle } = await nested(store);
    const { platforms } = await discover({ store, tag: 'outer' });
    expect(
      platforms?.map(({ digest, platform, isPlatform, within }) => [digest, platform, isPlatform, within]),
    ).toEqual([
      [amd64.digest, 'linux/amd64', undefined, undefined],
      [middle.digest, undefined, false, undefined],
      [inner.digest, undefined, false, [middle.digest]],
      [arm64.digest, 'linux/arm64', undefined, [inner.digest]],
      [s390x.digest, 'linux/s390x', undefined, [middle.digest]],
    ]);
  });

  it('has what is attached to it, to what is in it, and to that, by every way', async () => {
    const store = await open();
    const { arm64, s390x, inner, middle } = await nested(store);
    await put(store, middle, SBOM, 'middle');
    await put(store, await put(store, inner, SBOM, 'inner'), SIGNATURE);
    await put(store, s390x, SBOM, 's390x');
    await cosignTags(store, arm64);
    const found = await discover({ store, tag: 'outer' });
    expect(sboms(found)).toEqual([middle.digest, inner.digest, arm64.digest, s390x.digest]);
    expect([...found].filter(({ artifactType }) => artifactType === SIGNATURE)).toHaveLength(1);
    const subject = { descriptor: await store.resolve({ tag: 'outer' }) };
    expect(sboms(await selectAttached(store, subject, { kind: 'sbom', all: true }))).toHaveLength(4);
  });

  it('has attestations of BuildKit, whichever index names them', async () => {
    const store = await open();
    const [amd64, arm64] = [await image(store, 'amd64'), await image(store, 'arm64')];
    const [own, others] = [await attestation(store, 'own'), await attestation(store, 'others')];
    const [forAmd64] = attestedEntries('amd64', amd64, own).slice(1);
    const inner = await index(store, attestedEntries('arm64', arm64, others).slice(0, 1));
    const [, forArm64] = attestedEntries('arm64', arm64, others);
    const other = await index(store, [...attestedEntries('amd64', amd64, own).slice(0, 1)]);
    const entries = [inner, forArm64, other, forAmd64].filter((entry) => entry !== undefined);
    await index(store, entries, 'outer');
    const { platforms } = await discover({ store, tag: 'outer' });
    const shown = platforms?.map(({ digest, referrers }) => [digest, referrers.map(({ via }) => via)]);
    expect(shown).toEqual([
      [inner.digest, []],
      [arm64.digest, [['index-child']]],
      [other.digest, []],
      [amd64.digest, [['index-child']]],
    ]);
    const selected = await discover({ store, tag: 'outer' }, { platform: 'linux/arm64' });
    expect([selected.digest, selected.referrers.length]).toEqual([arm64.digest, 1]);
  });

  it('is looked into for a platform, after the entries beside it', async () => {
    const store = await open();
    const deep = await image(store, 'deep', 'linux/amd64');
    const arm64 = await image(store, 'arm64');
    const shallow = await image(store, 'shallow', 'linux/amd64');
    const inner = await index(store, [deep, { ...arm64 }]);
    await index(store, [{ ...inner, platform: parsePlatform('linux/arm64') }, shallow], 'outer');
    const resolved = (name: string) => resolvePlatform(store, { tag: 'outer' }, parsePlatform(name));
    expect(await resolved('linux/amd64')).toMatchObject({ digest: shallow.digest });
    expect(await resolved('linux/arm64')).toMatchObject({ digest: arm64.digest });
    await expect(resolved('linux/riscv64')).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: ['linux/amd64', 'linux/arm64'],
    });
  });

  it('is passed by a gate where each platform has what is wanted, or an index above it', async () => {
    const store = await open();
    const { amd64, arm64, s390x, middle } = await nested(store);
    const missing = async (requireOn?: 'any' | 'platforms' | 'index') => {
      const result = await discover({ store, tag: 'outer' }, { require: ['sbom'], requireOn });
      return result.missing?.map(({ digest }) => digest);
    };
    expect(await missing()).toEqual([amd64.digest, arm64.digest, s390x.digest]);
    await inDirectory({ 'sbom.spdx.json': '{"spdxVersion":"SPDX-2.3"}' });
    await attach({ store, tag: 'outer' }, ['sbom.spdx.json'], { platform: 'linux/arm64', settle: false });
    expect(await missing()).toEqual([amd64.digest, s390x.digest]);
    await attach({ store, digest: middle.digest }, ['sbom.spdx.json'], { settle: false });
    expect(await missing()).toEqual([amd64.digest]);
    expect(await missing('platforms')).toEqual([amd64.digest, s390x.digest]);
    await attach({ store, tag: 'outer' }, ['sbom.spdx.json'], { settle: false });
    expect([await missing(), await missing('index')]).toEqual([[], []]);
    const { onIndex } = await discover({ store, tag: 'outer' }, { require: ['sbom'] });
    const { digest } = await store.resolve({ tag: 'outer' });
    expect(onIndex?.map((one) => [one.platform, one.index])).toEqual([
      ['linux/amd64', digest],
      ['linux/s390x', middle.digest],
    ]);
  });
});

describe.each(DELETING_PLACES)('an index within an index in %s', (_what, open) => {
  it('loses what is attached to it and to what is in it, and nothing else', async () => {
    const store = await open();
    const { arm64, inner, outer } = await nested(store);
    await put(store, arm64, SBOM);
    await put(store, inner, SBOM, 'inner');
    const scan = await put(store, inner, SCAN);
    const { result, failure } = await run(store, outer, { kind: 'sbom' });
    expect([failure, result.removed.map(({ subject }) => subject).sort()]).toEqual([
      undefined,
      [arm64.digest, inner.digest].sort(),
    ]);
    expect([...(await discover({ store, tag: 'outer' }))].map(({ digest }) => digest)).toEqual([scan.digest]);
  });
});

describe('indexes that share their entries', () => {
  /** Each index of a level names both of the next. */
  async function ladder(store: Store, levels: number) {
    const leaf = await image(store, 'leaf', 'linux/amd64');
    let level: readonly Descriptor[] = [leaf, { ...leaf }];
    for (let n = 0; n < levels; n++) {
      const [left, right] = [`l${n}`, `r${n}`].map((note) => buildIndex({ manifests: level, annotations: { note } }));
      if (left === undefined || right === undefined) throw new Error('no index');
      for (const manifest of [left, right]) await store.putManifest(manifest, { child: true });
      level = [left.descriptor, right.descriptor];
    }
    await index(store, level, 'top');
    return leaf;
  }

  it('are each read once: 30 levels have a thousand million paths', async () => {
    const { store, registry, open } = await begin();
    const leaf = await ladder(store, 30);
    await put(store, leaf, SBOM);
    registry.clear();
    const { platforms, missing } = await discover({ store: open(), tag: 'top' }, { require: ['sbom'] });
    expect([platforms?.length, missing]).toEqual([61, []]);
    expect(registry.duplicates()).toEqual([]);
    expect(sboms(await selectAttached(store, { descriptor: await store.resolve({ tag: 'top' }) }, {}))).toEqual([
      leaf.digest,
    ]);
  });

  it('are each copied once with what is attached', async () => {
    const store = await newLayout();
    const leaf = await ladder(store, 8);
    const sbom = await put(store, leaf, SBOM);
    const { items } = await planCopy(store, [{ selector: { tag: 'top' }, tags: [] }], { recursive: true });
    expect([items.size, items.has(sbom.digest)]).toEqual([1 + 2 * 8 + 1 + 1, true]);
  });

  it('have an end: deeper ones count as not asked, and the others are shown', async () => {
    const store = await newLayout();
    let last = await image(store, 'deep', 'linux/arm64');
    for (let level = 0; level < 101; level++) last = await index(store, [last]);
    const amd64 = await image(store, 'amd64', 'linux/amd64');
    await put(store, amd64, SBOM);
    await index(store, [last, amd64], 'outer');
    const found = await discover({ store, tag: 'outer' }, { partial: true, require: ['sbom'] });
    expect(sboms(found)).toEqual([amd64.digest]);
    expect(found.incomplete).toMatchObject([
      { way: expect.stringContaining('children of'), error: { code: 'MALFORMED' } },
    ]);
    expect(found.missing).toHaveLength(1);
    await expect(discover({ store, tag: 'outer' })).rejects.toMatchObject({
      code: 'INCOMPLETE',
      cause: { code: 'MALFORMED', expected: 100 },
    });
  });
});

describe('an entry of an index', () => {
  it('that is missing does not hide what is attached to it, or the other entries', async () => {
    const { store, registry, open } = await begin({ strictBlobs: false });
    const { amd64, arm64, s390x, inner, middle } = await nested(store);
    await put(store, amd64, SBOM);
    await put(store, middle, SBOM, 'middle');
    await put(store, arm64, SBOM);
    registry.repository('team/app').manifests.delete(amd64.digest);
    expect(sboms(await discover({ store, tag: 'outer' }))).toHaveLength(3);
    registry.repository('team/app').manifests.delete(inner.digest);
    // The store that pushed it may know it still.
    const other = open();
    const found = await discover({ store: other, tag: 'outer' }, { partial: true });
    expect(sboms(found)).toEqual([amd64.digest, middle.digest]);
    expect(found.incomplete).toMatchObject([
      { way: `children of ${store.format({ digest: inner.digest })}`, error: { code: 'NOT_FOUND' } },
    ]);
    await expect(run(open(), found, { all: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    const platform = parsePlatform('linux/s390x');
    expect(await resolvePlatform(other, { tag: 'outer' }, platform)).toMatchObject({ digest: s390x.digest });
    const lost = resolvePlatform(other, { tag: 'outer' }, parsePlatform('linux/arm64'));
    await expect(lost).rejects.toMatchObject({ code: 'INCOMPLETE', cause: { code: 'NOT_FOUND' } });
  });

  it('that is a blob is not asked about', async () => {
    const store = await newLayout();
    const amd64 = await image(store, 'amd64', 'linux/amd64');
    const layer = new Content(Buffer.from('layer'), { mediaType: MediaType.imageLayerGzip });
    await store.writeBlob(layer.descriptor, layer.open);
    await index(store, [layer.descriptor, amd64], 'cache');
    const { platforms } = await discover({ store, tag: 'cache' });
    expect(platforms?.map(({ digest }) => digest)).toEqual([amd64.digest]);
  });

  const UNKNOWN = { os: 'unknown', architecture: 'unknown' };
  const digest = `sha256:${'0'.repeat(64)}`;
  it.each<[string, Partial<Descriptor>]>([
    ['of an unknown platform', { platform: UNKNOWN }],
    ['of an unknown platform with a variant', { platform: { ...UNKNOWN, variant: 'v1' } }],
    ['of an unknown architecture', { platform: { os: 'linux', architecture: 'unknown' } }],
    ['of an empty architecture', { platform: { os: 'linux', architecture: '' } }],
    ['of an empty platform', { platform: { os: '', architecture: '' } }],
    ['with com.docker.reference.type', { annotations: { 'com.docker.reference.type': 'attestation-manifest' } }],
    ['with a reference type of another tool', { annotations: { 'org.example.reference.type': 'sbom' } }],
    [
      'with a digest alone',
      { annotations: { 'vnd.docker.reference.digest': digest }, platform: { os: 'linux', architecture: 'arm' } },
    ],
  ])('%s is not a platform, and what is attached to it is found', async (_what, fields) => {
    const store = await newLayout();
    const amd64 = await image(store, 'amd64', 'linux/amd64');
    const other = await image(store, 'other');
    await put(store, amd64, SBOM);
    await put(store, other, SCAN);
    await index(store, [amd64, { ...other, ...fields }], 'multi');
    const found = await discover({ store, tag: 'multi' }, { require: ['sbom'], requireOn: 'platforms' });
    expect(found.missing).toEqual([]);
    expect([...found].map(({ subject }) => subject)).toEqual([amd64.digest, other.digest]);
    // A selection hides what is shown, and not what a gate wants.
    const scans = await discover({ store, tag: 'multi' }, { require: ['sbom'], selection: { kind: 'scan' } });
    expect(scans.missing).toEqual([]);
    expect(found.platforms?.map(({ platform, isPlatform }) => [platform, isPlatform])).toEqual([
      ['linux/amd64', undefined],
      [undefined, false],
    ]);
    if (fields.platform === undefined) return;
    const wanted = resolvePlatform(store, { tag: 'multi' }, fields.platform);
    await expect(wanted).rejects.toMatchObject({ code: 'NO_MATCH', candidates: ['linux/amd64'] });
  });

  it('of two platforms with one image of cosign has it for both', async () => {
    const store = await newLayout();
    const entries = [await image(store, 'amd64', 'linux/amd64'), await image(store, 'arm64', 'linux/arm64')];
    await index(store, entries, 'multi');
    for (const entry of entries) await cosignTags(store, entry);
    const found = await discover({ store, tag: 'multi' }, { require: ['sbom', 'signature', 'provenance'] });
    expect([found.missing, found.platforms?.map(({ referrers }) => referrers.length)]).toEqual([[], [5, 5]]);
  });
});

async function attestation(store: Store, note: string): Promise<Descriptor> {
  const layer = {
    type: IN_TOTO,
    text: note,
    annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
  };
  return (await layered(store, [layer])).descriptor;
}
