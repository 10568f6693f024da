import { describe, expect, it } from 'vitest';
import { pushImage } from '../../store/support/artifacts.js';
import { cosignTags, DELETING_PLACES } from '../detach/support/detaching.js';
import { SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { dated, digests, pruned, referrersTag, remove, tagsOf } from './support/pruning.js';

describe.each(DELETING_PLACES)('prune in %s', (place, open) => {
  const hasTags = place === 'a registry without it';

  it('removes what is attached to an image that is gone, with its own attachments, and no more', async () => {
    const store = await open();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
    const keptSbom = await dated(store, kept, SBOM, undefined);
    await cosignTags(store, kept);
    const sbom = await dated(store, image, SBOM, undefined);
    const signature = await dated(store, sbom, SIGNATURE, undefined);
    await cosignTags(store, image);
    await remove(store, image.digest);
    const before = await tagsOf(store);

    const plan = await pruned(store, { orphans: true, dryRun: true });
    expect(await tagsOf(store)).toEqual(before);
    expect(plan.dryRun).toBe(true);
    const result = await pruned(store, { orphans: true });
    expect(result.planned).toEqual(plan.planned);
    expect(result.removed).toEqual(plan.planned);
    expect(result.stays).toEqual([]);
    const gone = digests(result.removed);
    expect(gone).toHaveLength(7);
    expect(gone.indexOf(signature.digest)).toBeLessThan(gone.indexOf(sbom.digest));
    const tag = referrersTag(kept.digest);
    const ends = ['.att', '.sbom', '.sig'].map((end) => `${tag}${end}`);
    expect(await tagsOf(store)).toEqual([...(hasTags ? [tag] : []), ...ends, 'v1']);
    expect(await store.hasManifest(keptSbom.digest)).toBe(true);
    expect(await store.hasManifest(sbom.digest)).toBe(false);
    const again = await pruned(store, { orphans: true });
    expect([again.planned, again.lists]).toEqual([[], []]);
  });

  it('keeps the newest of each subject and kind, and what has no date', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'one', { tags: ['v1'] });
    const { descriptor: other } = await pushImage(store, 'two', { tags: ['v2'] });
    const old = await dated(store, image, SCAN, '2026-01-01T00:00:00Z');
    const middle = await dated(store, image, SCAN, '2026-02-01T00:00:00Z');
    const young = await dated(store, image, SCAN, '2026-03-01T00:00:00+01:00');
    const undated = await dated(store, image, SCAN, undefined);
    const sbom = await dated(store, image, SBOM, '2025-01-01T00:00:00Z');
    const only = await dated(store, other, SCAN, '2025-01-01T00:00:00Z');
    const result = await pruned(store, { keepLatest: 2, selection: { kind: 'scan' } });
    expect(digests(result.removed)).toEqual([old.digest]);
    expect(result.kept).toEqual({ undated: 1 });
    expect(result.stays).toMatchObject([{ digest: undated.digest, reason: 'undated', rules: ['keep-latest'] }]);
    for (const { digest } of [middle, young, undated, sbom, only, image, other])
      expect(await store.hasManifest(digest)).toBe(true);
  });

  it('removes what is older than a span, and signatures only where they are named', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'one', { tags: ['v1'] });
    const now = new Date('2026-06-01T00:00:00Z');
    const old = await dated(store, image, SCAN, '2026-01-01T00:00:00Z');
    const signature = await dated(store, image, 'application/vnd.cncf.notary.signature', '2026-01-01T00:00:00Z');
    await dated(store, image, SCAN, '2026-05-31T00:00:00Z');
    const olderThan = 90 * 24 * 3600 * 1000;
    const result = await pruned(store, { olderThan, now });
    expect(digests(result.removed)).toEqual([old.digest]);
    expect(result.stays).toMatchObject([{ digest: signature.digest, reason: 'signature' }]);
    const named = await pruned(store, { olderThan, now, selection: { kind: 'signature' } });
    expect(digests(named.removed)).toEqual([signature.digest]);
  });

  it('keeps the newest of copies, and the copy that is signed', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'one', { tags: ['v1'] });
    const copies = [];
    for (const month of ['01', '02', '03']) copies.push(await dated(store, image, SBOM, `2026-${month}-01T00:00:00Z`));
    const [first, second, third] = copies;
    const different = await dated(store, image, SBOM, '2026-01-01T00:00:00Z', 'another');
    const result = await pruned(store, { duplicates: true });
    expect([...digests(result.removed)].sort()).toEqual([first?.digest, second?.digest].sort());
    expect(await store.hasManifest(different.digest)).toBe(true);
    if (third === undefined) throw new Error('three copies');
    await dated(store, third, SIGNATURE, undefined);
    const fourth = await dated(store, image, SBOM, '2026-04-01T00:00:00Z');
    expect(digests((await pruned(store, { duplicates: true })).removed)).toEqual([fourth.digest]);
  });
});
