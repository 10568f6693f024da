import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { PruneOptions } from '../../../src/operations/prune/prune.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { cosignTags, DELETING_PLACES } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { layered } from '../support/mechanisms.js';
import { dated, digests, pruned, referrersTag, remove, tagsOf } from './support/pruning.js';

/** Prunes, and does something between the plan and the first removal. */
async function meanwhile(store: Store, options: PruneOptions, action: () => Promise<unknown>) {
  return pruned(store, {
    ...options,
    confirm: async () => {
      await action();
      return true;
    },
  });
}

describe.each(DELETING_PLACES)('between plan and removal in %s', (_, open) => {
  it('an image that comes back keeps its attachments', async () => {
    const store = await open();
    const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
    await put(store, kept, SBOM);
    const image = await pushImage(store, 'gone', { tags: ['v2'] });
    const sbom = await put(store, image.descriptor, SBOM);
    const signature = await put(store, sbom, SIGNATURE);
    await cosignTags(store, image.descriptor);
    await remove(store, image.descriptor.digest);
    const before = await tagsOf(store);
    const result = await meanwhile(store, { orphans: true }, () => store.putManifest(image, { tags: ['v2'] }));
    expect([result.removed, result.incomplete, result.lists]).toEqual([[], [], []]);
    expect(result.kept).toEqual({ changed: 7 });
    expect(result.stays.every(({ reason }) => reason === 'changed')).toBe(true);
    for (const { digest } of [sbom, signature]) expect(await store.hasManifest(digest)).toBe(true);
    expect(await tagsOf(store)).toEqual([...before, 'v2'].sort());
  });

  it('a new tag, or a new signature, keeps an attachment, and what it is attached to', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const old = (n: number) => dated(store, image, SCAN, `2026-01-0${n}T00:00:00Z`);
    const [tagged, signed, carrier, plain] = [await old(1), await old(2), await old(3), await old(4)];
    const inner = await put(store, carrier, SIGNATURE, 'inner');
    await dated(store, image, SCAN, '2026-02-01T00:00:00Z');
    const result = await meanwhile(store, { keepLatest: 1, selection: { kind: 'scan' } }, async () => {
      await store.tagManifest(await store.manifest({ digest: tagged.digest }), ['mine']);
      await put(store, signed, SIGNATURE);
      await store.tagManifest(await store.manifest({ digest: inner.digest }), ['inner']);
    });
    expect(digests(result.removed)).toEqual([plain.digest]);
    expect(result.incomplete).toEqual([]);
    expect([...digests(result.stays)].sort()).toEqual(
      [tagged.digest, signed.digest, carrier.digest, inner.digest].sort(),
    );
    for (const { digest } of [tagged, signed, carrier, inner]) expect(await store.hasManifest(digest)).toBe(true);
  });

  it('a new index keeps the attachments that it names, also those of an inner index', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const old = (n: number) => dated(store, image, SCAN, `2026-01-0${n}T00:00:00Z`);
    const [member, nested, plain] = [await old(1), await old(2), await old(3)];
    await dated(store, image, SCAN, '2026-02-01T00:00:00Z');
    const result = await meanwhile(store, { keepLatest: 1 }, async () => {
      const inner = buildIndex({ manifests: [nested] });
      await store.putManifest(inner, { child: true });
      await store.putManifest(buildIndex({ manifests: [member, inner.descriptor] }), { tags: ['set'] });
    });
    expect([digests(result.removed), result.kept]).toEqual([[plain.digest], { changed: 2 }]);
    expect(result.stays.map(({ message }) => message)).toEqual(
      [member, nested].map(() => 'the index with the tag set names it now'),
    );
    for (const { digest } of [member, nested]) expect(await store.hasManifest(digest)).toBe(true);
  });

  it('an older one stays when another client has removed the newest', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const old = await dated(store, image, SBOM, '2026-01-01T00:00:00Z');
    const young = await dated(store, image, SBOM, '2026-02-01T00:00:00Z');
    for (const rule of [{ keepLatest: 1 }, { duplicates: true }]) {
      const result = await meanwhile(store, rule, () => remove(store, young.digest));
      expect([result.removed, result.kept]).toEqual([[], { changed: 1 }]);
      expect(await store.hasManifest(old.digest)).toBe(true);
      await dated(store, image, SBOM, '2026-02-01T00:00:00Z');
    }
  });

  it('a refusal leaves all as it is', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const old = await dated(store, image, SBOM, '2026-01-01T00:00:00Z');
    await dated(store, image, SBOM, '2026-02-01T00:00:00Z');
    const result = await pruned(store, { duplicates: true, confirm: () => false });
    expect([digests(result.planned), result.removed]).toEqual([[old.digest], []]);
    expect(await store.hasManifest(old.digest)).toBe(true);
  });
});

describe.each(DELETING_PLACES)('the rules in %s', (_, open) => {
  it('count each platform of an index by itself, also within inner indexes', async () => {
    const store = await open();
    const amd = await pushImage(store, 'amd64', { child: true });
    const arm = await pushImage(store, 'arm64', { child: true });
    const entry = (architecture: string, { descriptor }: typeof amd) => ({
      ...descriptor,
      platform: { os: 'linux', architecture },
    });
    const inner = buildIndex({ manifests: [entry('arm64', arm)] });
    await store.putManifest(inner, { child: true });
    const index = buildIndex({ manifests: [entry('amd64', amd), inner.descriptor] });
    await store.putManifest(index, { tags: ['multi'] });
    const subjects = [index.descriptor, amd.descriptor, arm.descriptor, inner.descriptor];
    const old = [];
    for (const subject of subjects) {
      old.push(await dated(store, subject, SCAN, '2026-01-01T00:00:00Z'));
      await dated(store, subject, SCAN, '2026-02-01T00:00:00Z');
    }
    const result = await pruned(store, { keepLatest: 1, selection: { kind: 'scan' } });
    expect([...digests(result.removed)].sort()).toEqual([...digests(old)].sort());
    expect(result.removed.find(({ subject }) => subject === arm.descriptor.digest)?.platform).toBe('linux/arm64');
    for (const { digest } of subjects) expect(await store.hasManifest(digest)).toBe(true);
  });

  it('count the attachments of attachments, too, and take equal dates in a fixed order', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM);
    const scans = [];
    for (const note of ['a', 'b', 'c']) scans.push(await dated(store, sbom, SCAN, '2026-01-01T00:00:00Z', note));
    const [smallest, ...others] = [...digests(scans)].sort();
    const result = await pruned(store, { keepLatest: 1 });
    expect([...digests(result.removed)].sort()).toEqual(others);
    expect(await store.hasManifest(scans.find(({ digest }) => digest === smallest)?.digest ?? image.digest)).toBe(true);
  });

  it('unite, and a newer copy counts once', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const oldest = await dated(store, image, SCAN, '2026-01-01T00:00:00Z', 'first');
    const second = await dated(store, image, SCAN, '2026-02-01T00:00:00Z', 'second');
    const copy = await dated(store, image, SCAN, '2026-03-01T00:00:00Z');
    const newest = await dated(store, image, SCAN, '2026-04-01T00:00:00Z');
    const both = await pruned(store, { keepLatest: 2, duplicates: true, dryRun: true });
    expect([...digests(both.planned)].sort()).toEqual([oldest.digest, copy.digest].sort());
    const now = new Date('2026-04-02T00:00:00Z');
    const all = await pruned(store, { keepLatest: 2, duplicates: true, olderThan: 40 * 24 * 3600 * 1000, now });
    expect([...digests(all.removed)].sort()).toEqual([oldest.digest, second.digest, copy.digest].sort());
    expect(await store.hasManifest(newest.digest)).toBe(true);
  });

  it('take a copy along whose newer one goes as well', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const copies = [
      await dated(store, image, SCAN, '2026-01-01T00:00:00Z'),
      await dated(store, image, SCAN, '2026-02-01T00:00:00Z'),
    ];
    const newest = await dated(store, image, SCAN, '2026-03-01T00:00:00Z', 'another');
    const result = await pruned(store, { keepLatest: 1, duplicates: true });
    expect([...digests(result.removed)].sort()).toEqual([...digests(copies)].sort());
    expect([result.kept, await store.hasManifest(newest.digest)]).toEqual([{}, true]);
  });

  it('keep a manifest of cosign with several layers unless all are chosen', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const layer = (created: string) => ({
      type: 'application/vnd.dsse.envelope.v1+json',
      text: `{"payload":"","of":"${created}"}`,
      annotations: {
        predicateType: 'https://slsa.dev/provenance/v1',
        'org.opencontainers.image.created': created,
      },
    });
    const tag = `${referrersTag(image.digest)}.att`;
    await layered(store, [layer('2026-01-01T00:00:00Z'), layer('2026-03-01T00:00:00Z')], { tags: [tag] });
    const some = await pruned(store, { keepLatest: 1 });
    expect([some.removed, some.kept]).toEqual([[], { shared: 1 }]);
    const now = new Date('2026-06-01T00:00:00Z');
    const all = await pruned(store, { olderThan: 24 * 3600 * 1000, now, selection: { kind: 'provenance' } });
    expect(all.removed).toHaveLength(2);
    expect(await tagsOf(store)).toEqual(['v1']);
  });
});

describe('a tag that HEAD does not find, and GET does', () => {
  it('keeps what it names, also where HEAD finds others', async () => {
    const hidden = ['mine', 'set'];
    const { store } = await begin({
      fault: ({ method, path }) =>
        method === 'HEAD' && hidden.some((tag) => path.endsWith(`/manifests/${tag}`)) ? { status: 404 } : undefined,
    });
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const old = (n: number) => dated(store, image, SCAN, `2026-01-0${n}T00:00:00Z`);
    const [tagged, member, plain] = [await old(1), await old(2), await old(3)];
    await store.tagManifest(await store.manifest({ digest: tagged.digest }), ['mine']);
    await store.putManifest(buildIndex({ manifests: [member] }), { tags: ['set'] });
    await dated(store, image, SCAN, '2026-02-01T00:00:00Z');
    const result = await pruned(store, { keepLatest: 1 });
    expect([digests(result.removed), result.kept]).toEqual([[plain.digest], { tagged: 1, 'in-index': 1 }]);
  });
});
