import { expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { parseDigest } from '../../../../src/oci/values/digest.js';
import { MediaType } from '../../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import {
  attach,
  digests,
  list,
  listDigests,
  pushImage,
  referrerOf,
  text,
  writeContent,
} from '../../support/artifacts.js';
import { begin, type ContractTraits, type StartPlace } from './place.js';

const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.example.signature.v1+json';

export function referrerContract(start: StartPlace, { via, losesReferrers }: ContractTraits): void {
  it('lists nothing where nothing is attached', async () => {
    const { store } = await begin(start);
    const image = await pushImage(store, 'bare', { tags: ['v1'] });
    expect(await list(store, image.descriptor)).toEqual([]);
    expect(await list(store, text('not here').descriptor)).toEqual([]);
  });

  it('lists all that is attached, with types and annotations (D30, D32, D33)', async () => {
    const { store, open, leftovers } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = referrerOf(image.descriptor, SBOM, { 'x.tool': 'syft', 'x.empty': '' });
    const signature = referrerOf(image.descriptor, SIGNATURE);
    expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: via });
    expect(await attach(store, signature, { settle: false })).toEqual({ result: 'written', listedBy: via });
    const found = await list(await open(), image.descriptor);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({
      descriptor: { ...sbom.descriptor, artifactType: SBOM, annotations: { 'x.tool': 'syft', 'x.empty': '' } },
      via: [via],
    });
    expect(found).toContainEqual({ descriptor: { ...signature.descriptor, artifactType: SIGNATURE }, via: [via] });
    expect(await leftovers()).toEqual([]);
  });

  it('lists once what was attached twice (D34)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image');
    const sbom = referrerOf(image.descriptor, SBOM);
    await attach(store, sbom, { settle: false });
    expect(await attach(store, sbom)).toEqual({ result: 'exists', listedBy: via });
    expect(await attach(await open(), sbom)).toEqual({ result: 'exists', listedBy: via });
    expect(await listDigests(store, image.descriptor)).toEqual(digests(sbom));
  });

  it('reads the type of a referrer where there is one (D30, B20)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image');
    const config = text('{"a":"config"}');
    await writeContent(store, config, text('{}'));
    const byConfig = buildManifest({
      config: { ...config.descriptor, mediaType: 'application/vnd.dev.cosign.artifact.sbom.v1+json' },
      subject: image.descriptor,
    });
    const typed = buildIndex({ artifactType: SBOM, manifests: [], subject: image.descriptor });
    const untyped = buildIndex({ manifests: [], subject: image.descriptor, annotations: { untyped: 'yes' } });
    for (const manifest of [byConfig, typed, untyped]) await attach(store, manifest, { settle: false });
    const found = await list(await open(), image.descriptor);
    const types = new Map<string, string | undefined>(
      found.map(({ descriptor }) => [descriptor.digest, descriptor.artifactType]),
    );
    expect(types.get(byConfig.descriptor.digest)).toBe('application/vnd.dev.cosign.artifact.sbom.v1+json');
    expect(types.get(typed.descriptor.digest)).toBe(SBOM);
    const entry = found.find(({ descriptor }) => descriptor.digest === untyped.descriptor.digest)?.descriptor;
    expect(entry).toEqual({ ...untyped.descriptor, annotations: { untyped: 'yes' } });
  });

  it('lists the referrers of a referrer, and of nobody else', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image');
    const neighbour = await pushImage(store, 'neighbour');
    const sbom = referrerOf(image.descriptor, SBOM);
    const signature = referrerOf(sbom.descriptor, SIGNATURE);
    const other = referrerOf(neighbour.descriptor, SIGNATURE);
    for (const manifest of [sbom, signature, other]) await attach(store, manifest, { settle: false });
    const reader = await open();
    expect(await listDigests(reader, image.descriptor)).toEqual(digests(sbom));
    expect(await listDigests(reader, sbom.descriptor)).toEqual(digests(signature));
    expect(await listDigests(reader, signature.descriptor)).toEqual([]);
    expect(await listDigests(reader, neighbour.descriptor)).toEqual(digests(other));
  });

  it('lists only one artifact type when asked to (E77, E78)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image');
    const sboms = [1, 2].map((n) => referrerOf(image.descriptor, SBOM, { n: String(n) }));
    const signature = referrerOf(image.descriptor, SIGNATURE);
    for (const manifest of [...sboms, signature]) await attach(store, manifest, { settle: false });
    const reader = await open();
    expect(await listDigests(reader, image.descriptor, { artifactType: SBOM })).toEqual(digests(...sboms));
    expect(await listDigests(reader, image.descriptor, { artifactType: SIGNATURE })).toEqual(digests(signature));
    expect(await listDigests(reader, image.descriptor, { artifactType: 'application/x' })).toEqual([]);
  });

  it('takes a referrer of an image that is not there yet (E63)', async () => {
    const { store, open } = await begin(start);
    const later = text('not pushed yet').descriptor;
    const sbom = referrerOf({ ...later, mediaType: MediaType.imageManifest }, SBOM);
    expect(await attach(store, sbom, { settle: false })).toEqual({ result: 'written', listedBy: via });
    expect(await listDigests(await open(), later)).toEqual(digests(sbom));
  });

  it('keeps subjects of sha512 apart whose referrers tags are the same (E93)', async () => {
    const { store, open } = await begin(start);
    const subjects = ['b', 'c'].map(
      (end): Descriptor => ({
        mediaType: MediaType.imageManifest,
        digest: parseDigest(`sha512:${'a'.repeat(64)}${end.repeat(64)}`),
        size: 1000,
      }),
    );
    const [first, second] = subjects;
    if (first === undefined || second === undefined) throw new Error('two subjects');
    expect(referrersTag(first.digest)).toBe(referrersTag(second.digest));
    const [one, two] = [referrerOf(first, SBOM), referrerOf(second, SBOM)];
    for (const manifest of [one, two]) await attach(store, manifest, { settle: false });
    const reader = await open();
    expect(await listDigests(reader, first)).toEqual(digests(one));
    expect(await listDigests(reader, second)).toEqual(digests(two));
  });

  it.skipIf(losesReferrers)('loses nothing when several attach at once', { sequential: true }, async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const referrers = Array.from({ length: 8 }, (_, n) => referrerOf(image.descriptor, SBOM, { n: String(n) }));
    const writers = [store, store, await open(), await open()];
    await Promise.all(referrers.map((manifest, n) => attach(writers[n % writers.length] ?? store, manifest)));
    expect(await listDigests(await open(), image.descriptor)).toEqual(digests(...referrers));
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });

  it('attaches and lists nothing when it is interrupted', async () => {
    const { store, open, leftovers } = await begin(start);
    const image = await pushImage(store, 'image');
    await writeContent(store, text('{}'));
    const signal = AbortSignal.abort();
    const sbom = referrerOf(image.descriptor, SBOM);
    await expect(store.putManifest(sbom, { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(list(store, image.descriptor, { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await listDigests(await open(), image.descriptor)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });
}
