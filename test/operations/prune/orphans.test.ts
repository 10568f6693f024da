import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import { LIST_KEYS } from '../../../src/oci/values/annotations.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { prune } from '../../../src/operations/prune/prune.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin, openStore } from '../../store/registry/support/start.js';
import { listDigests, pushImage } from '../../store/support/artifacts.js';
import { cosignImage, cosignTags, newHostedLayout } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { layered } from '../support/mechanisms.js';
import { digests, pruned, referrersTag, remove, tagsOf } from './support/pruning.js';

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** The digest of nothing that is there. */
const absentDigest = (name: string) => digestOf(Buffer.from(`absent ${name}`));

/** The signature of an image, which names the image's repository. */
async function signatureOf(store: Store, subject: Descriptor, place: string): Promise<void> {
  const critical = { identity: { 'docker-reference': place }, image: { 'docker-manifest-digest': subject.digest } };
  const layer = { type: SIMPLE_SIGNING, text: JSON.stringify({ critical, place }) };
  await layered(store, [layer], { tags: [`${referrersTag(subject.digest)}.sig`] });
}

describe('orphans', () => {
  it.each(['api', 'none'] as const)('are not what is kept apart from its images (%s)', async (referrers) => {
    const { registry, store: images } = await begin({ referrers });
    const store = openStore(registry.host, 'team/signatures');
    const { descriptor: image } = await pushImage(images, 'image', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM);
    await put(store, sbom, SIGNATURE);
    await cosignTags(store, image);
    await pushImage(store, 'unsigned', { tags: ['tool'] });
    const before = await tagsOf(store);
    await expect(pruned(store, { orphans: true, dryRun: true })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: expect.stringContaining('--subjects-in'),
    });
    const kept = await pruned(store, { orphans: true, subjectsIn: [images] });
    expect([kept.planned, kept.lists, kept.subjectsIn]).toEqual([
      [],
      [],
      [`${registry.host}/team/signatures`, `${registry.host}/team/app`],
    ]);
    expect(await tagsOf(store)).toEqual(before);
    expect(registry.count('DELETE', '')).toBe(0);
    await remove(images, image.digest);
    const removed = await pruned(store, { orphans: true, subjectsIn: [images] });
    expect(removed.incomplete).toEqual([]);
    expect(await tagsOf(store)).toEqual(['tool']);
  });

  it('are kept where their content names another repository, beside images that are here', async () => {
    const { registry, store: images } = await begin();
    const store = openStore(registry.host, 'team/mixed');
    const { descriptor: own } = await pushImage(store, 'own', { tags: ['v1'] });
    await signatureOf(store, own, `${registry.host}/team/mixed`);
    const { descriptor: old } = await pushImage(store, 'old', { tags: ['v0'] });
    await signatureOf(store, old, `${registry.host}/team/mixed:v0`);
    await remove(store, old.digest);
    const { descriptor: other } = await pushImage(images, 'other', { tags: ['v1'] });
    await signatureOf(store, other, `${registry.host}/team/app`);
    // It names no place itself.
    const sbom = await put(store, other, SBOM);
    const chosen = await pruned(store, { orphans: true, selection: { kind: 'sbom' } });
    expect([chosen.planned, chosen.stays]).toMatchObject([[], [{ digest: sbom.digest, reason: 'names-elsewhere' }]]);
    const result = await pruned(store, { orphans: true });
    expect(result.removed.map(({ subject }) => subject)).toEqual([old.digest]);
    expect(result.kept).toEqual({ 'names-elsewhere': 2 });
    expect(result.stays.map(({ subject }) => subject)).toEqual([other.digest, other.digest]);
    const asked = await pruned(store, { orphans: true, subjectsIn: [images] });
    expect([asked.planned, asked.stays]).toEqual([[], []]);
    await remove(images, other.digest);
    expect((await pruned(store, { orphans: true, subjectsIn: [images] })).removed).toHaveLength(2);
  });

  it.each([401, 403, 429, 500])('are none while a subject answers %i, and all stays', async (status) => {
    let broken = '';
    const { store, registry } = await begin({
      fault: ({ path }) => (broken !== '' && path.endsWith(broken) ? { status } : undefined),
    });
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    await cosignTags(store, kept);
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    await cosignTags(store, image);
    await remove(store, image.digest);
    broken = `/manifests/${image.digest}`;
    const deletes = registry.count('DELETE', '');
    await expect(pruned(store, { orphans: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    broken = '/tags/list';
    await expect(pruned(store, { orphans: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    expect(registry.count('DELETE', '')).toBe(deletes);
  });

  it('are not looked for while another place does not answer, or does not exist', async () => {
    const { store, registry } = await begin({
      fault: ({ path }) => (path.includes('/team/hidden/') ? { status: 403 } : undefined),
    });
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    await cosignTags(store, image);
    await remove(store, image.digest);
    for (const [name, code] of [
      ['team/hidden', 'FORBIDDEN'],
      ['team/missing', 'NOT_FOUND'],
    ] as const)
      await expect(prune(store, { orphans: true, subjectsIn: [openStore(registry.host, name)] })).rejects.toMatchObject(
        { code },
      );
  });

  it('stay where people gave them a tag, an index names them, or something that stays is attached', async () => {
    for (const store of [await newHostedLayout(), (await begin()).store, (await begin({ referrers: 'none' })).store]) {
      const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
      await put(store, kept, SBOM);
      const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
      const sbom = await put(store, image, SBOM, 'signed');
      const signature = await put(store, sbom, SIGNATURE);
      const scan = await put(store, image, SCAN);
      const member = await put(store, image, SCAN, 'member');
      await store.tagManifest(await store.manifest({ digest: signature.digest }), ['my-signature']);
      await store.putManifest(buildIndex({ manifests: [member] }), { tags: ['collection'] });
      // A registry without the API names the subject by a tag; the others need one to be found.
      await cosignTags(store, image);
      await remove(store, image.digest);
      const result = await pruned(store, { orphans: true, selection: { kind: ['scan', 'sbom'] } });
      expect(digests(result.removed)).toContain(scan.digest);
      const reasons = Object.fromEntries(result.stays.map(({ digest, reason }) => [digest, reason]));
      expect(reasons).toEqual({ [sbom.digest]: 'holds-kept', [member.digest]: 'in-index' });
      expect(result.kept).toEqual({ 'holds-kept': 1, 'in-index': 1 });
      for (const { digest } of [sbom, signature, member]) expect(await store.hasManifest(digest)).toBe(true);
      // Signatures and provenance were not selected.
      const tag = referrersTag(image.digest);
      expect(await tagsOf(store)).toEqual(expect.arrayContaining([`${tag}.att`, `${tag}.sig`]));
      expect(await tagsOf(store)).not.toContain(`${tag}.sbom`);
    }
  });

  it('are found through an attachment that is still there', async () => {
    const { store } = await begin();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    await put(store, kept, SBOM);
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const sbom = await put(store, image, SBOM, 'gone');
    await cosignImage(store, 1, [`${referrersTag(sbom.digest)}.sig`]);
    await remove(store, image.digest);
    const result = await pruned(store, { orphans: true });
    expect(result.removed.map(({ manifest, digest }) => manifest ?? digest)[1]).toBe(sbom.digest);
    expect(await tagsOf(store)).toEqual(['v1']);
    expect(result.unseen.map(({ what }) => what)).toEqual(['untagged-images', 'untagged-orphans']);
  });

  it('are never images, whatever tag they have', async () => {
    for (const store of [await newHostedLayout(), (await begin()).store]) {
      const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
      await cosignTags(store, kept);
      const absent = referrersTag(absentDigest('a'));
      await pushImage(store, 'odd', { tags: [`${absent}.sig`] });
      const { descriptor: child } = await pushImage(store, 'child', { child: true });
      const byHash = referrersTag(absentDigest('b'));
      const platform = { os: 'linux', architecture: 'amd64' };
      await store.putManifest(buildIndex({ manifests: [{ ...child, platform }] }), { tags: [byHash] });
      const before = await tagsOf(store);
      const result = await pruned(store, { orphans: true });
      expect([result.removed, result.lists]).toEqual([[], []]);
      expect(result.kept).toEqual({ image: 1 });
      expect(await tagsOf(store)).toEqual(before);
    }
  });

  it('leave lists that are mended: entries of manifests that are gone go, and living ones stay', async () => {
    const { store, registry } = await begin({ referrers: 'none' });
    const { descriptor: image } = await pushImage(store, 'kept', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM);
    const scan = await put(store, image, SCAN);
    registry.repository('team/app').manifests.delete(scan.digest);
    const tag = referrersTag(image.digest);
    const plan = await pruned(store, { orphans: true, dryRun: true });
    // Without the Referrers API every orphan has a tag.
    expect(plan.unseen.map(({ what }) => what)).toEqual(['untagged-images']);
    expect(plan.lists).toEqual([
      { reference: `${registry.host}/team/app:${tag}`, subject: image.digest, entries: [scan.digest], removed: false },
    ]);
    const result = await pruned(store, { orphans: true });
    expect([result.lists, result.removed, result.unmended]).toEqual([plan.lists, [], []]);
    expect(await listDigests(store, image)).toEqual([sbom.digest]);
    expect((await store.manifest({ tag })).content).toMatchObject({ manifests: [{ digest: sbom.digest }] });
    expect((await pruned(store, { orphans: true })).lists).toEqual([]);
  });

  it('are removed from the lists that regctl and olareg keep in a layout, with their blobs', async () => {
    const store = await newHostedLayout();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const keptSbom = await put(store, kept, SBOM);
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const sboms = [await put(store, image, SBOM, 'a'), await put(store, image, SBOM, 'b')];
    const lists: Manifest[] = [];
    for (const [subject, manifests] of [
      [kept, [keptSbom]],
      [image, sboms],
    ] as const) {
      const list = buildIndex({ manifests });
      lists.push(list);
      await store.putManifest(list, { tags: [referrersTag(subject.digest)] });
    }
    await store.mendEntries(async (entries) => {
      const [, second] = lists;
      const [key] = LIST_KEYS;
      if (second === undefined || key === undefined) throw new Error('two lists');
      const { mediaType, digest, size } = second.descriptor;
      return [...entries, { mediaType, digest, size, annotations: { [key]: image.digest } }];
    });
    await remove(store, image.digest);
    const before = (await store.blobDigests()).length;
    const result = await pruned(store, { orphans: true });
    expect([...digests(result.removed)].sort()).toEqual([...digests(sboms)].sort());
    expect(result.lists.every(({ removed }) => removed)).toBe(true);
    expect(await tagsOf(store)).toEqual([referrersTag(kept.digest), 'v1']);
    expect((await store.entries()).filter((entry) => store.listMark(entry)).map(({ digest }) => digest)).toEqual([
      lists[0]?.descriptor.digest,
    ]);
    expect(await store.blobDigests()).not.toContain(lists[1]?.descriptor.digest);
    expect((await store.blobDigests()).length).toBe(before - 3);
    expect(await listDigests(store, kept)).toEqual([keptSbom.digest]);
    expect((await pruned(store, { orphans: true })).planned).toEqual([]);
  });

  it('that a layout lists without their manifests are taken out of the lists', async () => {
    const store = await newHostedLayout();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const sbom = await put(store, kept, SBOM);
    const absent = { ...sbom, digest: absentDigest('c') };
    await store.putManifest(buildIndex({ manifests: [sbom, absent] }), { tags: [referrersTag(kept.digest)] });
    const result = await pruned(store, { orphans: true });
    expect(result.lists).toMatchObject([{ subject: kept.digest, entries: [absent.digest], removed: false }]);
    expect((await store.manifest({ tag: referrersTag(kept.digest) })).content).toMatchObject({
      manifests: [{ digest: sbom.digest }],
    });
  });

  it('says what is refused where a registry deletes nothing', async () => {
    const { store } = await begin({ deletes: false, referrers: 'none' });
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    await put(store, kept, SBOM);
    const absent = { ...kept, digest: absentDigest('d') };
    await put(store, absent, SBOM, 'orphan');
    const result = await pruned(store, { orphans: true });
    expect(result.removed).toEqual([]);
    expect(result.incomplete).toMatchObject([{ rules: ['orphans'], error: { code: 'UNSUPPORTED' } }]);
    expect(await listDigests(store, absent)).toHaveLength(1);
  });

  it('stay where another image shares their manifest, and the registry cannot delete a tag alone', async () => {
    const { store } = await begin({
      fault: ({ method, path }) =>
        method === 'DELETE' && !path.includes('sha256:')
          ? { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID","message":"x"}]}' }
          : undefined,
    });
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const ends = [kept, image].map(({ digest }) => `${referrersTag(digest)}.sig`);
    const shared = await cosignImage(store, 1, ends);
    await cosignImage(store, 2, [`${referrersTag(image.digest)}.att`]);
    await remove(store, image.digest);
    const result = await pruned(store, { orphans: true });
    expect([result.removed.length, result.incomplete, result.kept]).toEqual([1, [], { shared: 1 }]);
    expect(await tagsOf(store)).toEqual([...ends, 'v1'].sort());
    expect(await store.hasManifest(shared.digest)).toBe(true);
  });

  it('are found after a run that was killed when it had taken them out of their list', async () => {
    const { store } = await begin({ referrers: 'none' });
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const keptSbom = await put(store, kept, SBOM);
    await put(store, keptSbom, SIGNATURE);
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const sbom = await put(store, image, SBOM);
    const signature = await put(store, sbom, SIGNATURE);
    await remove(store, image.digest);
    await store.unlist(image.digest, sbom.digest, { settle: false });
    // An attachment of what is there may be on its way into its list.
    await store.unlist(kept.digest, keptSbom.digest, { settle: false });
    const result = await pruned(store, { orphans: true, subjectsIn: [store] });
    expect(digests(result.removed)).toEqual([signature.digest, sbom.digest]);
    expect(await tagsOf(store)).toEqual([referrersTag(kept.digest), referrersTag(keptSbom.digest), 'v1'].sort());
    expect(await store.hasManifest(keptSbom.digest)).toBe(true);
  });

  it('in lists under whole references, and entries of attached indexes, are told apart', async () => {
    const store = await newHostedLayout();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const [listed, member] = [await put(store, image, SBOM, 'listed'), await put(store, image, SBOM, 'member')];
    const list = buildIndex({ manifests: [listed, member] });
    await store.putManifest(list, { tags: [`registry.example/team/app:${referrersTag(image.digest)}`] });
    const index = buildIndex({ manifests: [member], artifactType: 'application/x.bundle', subject: kept });
    await store.putManifest(index);
    await remove(store, image.digest);
    const result = await pruned(store, { orphans: true });
    expect(digests(result.removed)).toEqual([listed.digest]);
    expect(result.stays).toMatchObject([{ digest: member.digest, reason: 'in-index' }]);
    expect(await listDigests(store, kept)).toEqual([index.descriptor.digest]);
  });
});
