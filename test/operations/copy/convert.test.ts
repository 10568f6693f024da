import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, layersOf, subjectOf } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { pull } from '../../../src/operations/pull/pull.js';
import type { Source, Store } from '../../../src/store/interfaces/store.js';
import { openSource } from '../../../src/store/open.js';
import { list } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { buildkitIndex, childOf } from '../detach/support/detaching.js';
import { newLayout, PLACES } from '../support/places.js';

const TYPE = 'application/vnd.docker.attestation.manifest.v1+json';
const OPTIONS = { recursive: true, convert: true, settle: false } as const;

/** The attestation manifest of the first platform, as the index names it. */
async function attestationOf(store: Store, index: Descriptor) {
  const manifest = await store.manifest({ digest: index.digest });
  const entries = manifest.kind === 'index' ? manifest.content.manifests : [];
  const of = childOf(manifest).digest;
  const found = entries.find(({ annotations }) => annotations?.['vnd.docker.reference.digest'] === of);
  if (found === undefined) throw new Error('no attestation');
  return store.manifest({ digest: found.digest });
}

/** The referrers that a subject has, without those of the index. */
const referrersOf = (store: Source, subject: Descriptor) => list(store, subject);

describe.each(PLACES)('attestations of BuildKit, into %s', (_name, open) => {
  it('are listed as referrers of their platform as well', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const { descriptor: index } = await buildkitIndex(source, false);
    const amd64 = childOf(await source.manifest({ digest: index.digest }));
    const original = await attestationOf(source, index);
    expect(await referrersOf(source, amd64)).toEqual([]);
    const result = await copy({ store: source, tag: 'multi' }, destination, OPTIONS);
    expect(result).toMatchObject({ attached: 2, left: [] });
    const [referrer, ...others] = await referrersOf(destination, amd64);
    expect([referrer?.descriptor.artifactType, others]).toEqual([TYPE, []]);
    const converted = await destination.manifest({ digest: referrer?.descriptor.digest });
    expect(subjectOf(converted)).toEqual({ mediaType: amd64.mediaType, digest: amd64.digest, size: amd64.size });
    expect(layersOf(converted)).toEqual(layersOf(original));
    expect(configOf(converted)).toEqual(EMPTY_DESCRIPTOR);
    // The index and what it names are as they were.
    expect((await destination.resolve({ tag: 'multi' })).digest).toBe(index.digest);
    expect((await destination.manifest({ digest: original.descriptor.digest })).bytes).toEqual(original.bytes);
    const platform = { os: 'linux', architecture: 'amd64' };
    const { referrers } = await discover({ store: destination, tag: 'multi' }, { platform });
    expect(referrers.map(({ kind }) => kind).sort()).toEqual(['provenance', 'provenance', 'sbom', 'sbom']);
  });

  it('are one document for who pulls it, by its kind or its digest', async () => {
    const [source, destination, output] = [await newLayout(), await open(), await tempDir()];
    await buildkitIndex(source, false);
    await copy({ store: source, tag: 'multi' }, destination, OPTIONS);
    const platform = 'linux/amd64';
    const at = { store: destination, tag: 'multi' };
    const pulled = await pull(at, { output, platform, selection: { kind: 'sbom' } });
    const [file, ...others] = pulled.artifacts.flatMap(({ files }) => files);
    expect(others).toEqual([]);
    const again = await pull(at, { output, platform, selection: { digest: file?.digest } });
    expect(again.artifacts).toMatchObject([{ files: [{ path: file?.path, digest: file?.digest }] }]);
  });

  it('are the same bytes each time, and are not added twice', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const { descriptor: index } = await buildkitIndex(source, false);
    const amd64 = childOf(await source.manifest({ digest: index.digest }));
    await copy({ store: source, tag: 'multi' }, destination, OPTIONS);
    const before = await referrersOf(destination, amd64);
    const again = await copy({ store: source, tag: 'multi' }, destination, OPTIONS);
    expect([again.bytes, new Set(again.objects.map(({ result }) => result))]).toEqual([0, new Set(['exists'])]);
    expect(await referrersOf(destination, amd64)).toEqual(before);
    // A copy of the copy, too.
    const third = await newLayout();
    await copy({ store: destination, tag: 'multi' }, third, OPTIONS);
    expect((await referrersOf(third, amd64)).map(({ descriptor }) => descriptor.digest)).toEqual(
      before.map(({ descriptor }) => descriptor.digest),
    );
  });

  it('come along with one platform, where their index is not', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const { descriptor: index } = await buildkitIndex(source, false);
    const amd64 = childOf(await source.manifest({ digest: index.digest }));
    const platform = { os: 'linux', architecture: 'amd64' };
    const plain = await copy({ store: source, tag: 'multi' }, await open(), { ...OPTIONS, convert: false, platform });
    expect([plain.attached, plain.left.length]).toEqual([0, 1]);
    const result = await copy({ store: source, tag: 'multi' }, destination, { ...OPTIONS, platform });
    expect([result.attached, result.left]).toEqual([1, []]);
    expect((await referrersOf(destination, amd64)).map(({ descriptor }) => descriptor.artifactType)).toEqual([TYPE]);
    const original = await attestationOf(source, index);
    expect(await destination.hasManifest(original.descriptor.digest)).toBe(false);
    for (const layer of layersOf(original)) expect(await destination.hasBlob(layer)).toBe(true);
  });

  it('that have a subject already stay as they are', async () => {
    const [source, destination] = [await newLayout(), await open()];
    await buildkitIndex(source, true);
    const plain = await copy({ store: source, tag: 'multi' }, await open(), { ...OPTIONS, convert: false });
    const converted = await copy({ store: source, tag: 'multi' }, destination, OPTIONS);
    const digests = (result: typeof plain) => result.objects.map(({ digest }) => digest).sort();
    expect(digests(converted)).toEqual(digests(plain));
  });
});

it('is an argument of copies that leave attachments behind', async () => {
  const [source, destination] = [await newLayout(), await newLayout()];
  await buildkitIndex(source, false);
  const copied = copy({ store: source, tag: 'multi' }, destination, { convert: true });
  await expect(copied).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it('are written into an archive, and not by a dry run', async () => {
  const source = await newLayout();
  const { descriptor: index } = await buildkitIndex(source, false);
  const amd64 = childOf(await source.manifest({ digest: index.digest }));
  const path = join(await tempDir(), 'a.tar');
  const dry = await copy({ store: source, tag: 'multi' }, `oci-archive:${path}`, { ...OPTIONS, dryRun: true });
  const result = await copy({ store: source, tag: 'multi' }, `oci-archive:${path}`, OPTIONS);
  expect([dry.attached, dry.bytes]).toEqual([result.attached, result.bytes]);
  await using archive = await openSource({ kind: 'archive', path });
  expect(await list(archive, amd64)).toHaveLength(1);
});
