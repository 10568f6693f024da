import { describe, expect, it } from 'vitest';
import { isReferrersTag, referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { carryOut } from '../../../src/operations/detach/carry-out.js';
import { type DetachSelection, detach } from '../../../src/operations/detach/detach.js';
import { planDetach } from '../../../src/operations/detach/plan.js';
import { listDigests, listTags, pushImage } from '../../store/support/artifacts.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import {
  buildkitIndex,
  childOf,
  cosignImage,
  cosignTags,
  DELETING_PLACES,
  isThere,
  kinds,
  run,
  types,
} from './support/detaching.js';

describe.each(DELETING_PLACES)('in %s', (_what, open) => {
  /** An image with two SBOMs, one of them signed, and a scan. */
  async function start() {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM, 'one');
    const other = await put(store, image, SBOM, 'two');
    const scan = await put(store, image, SCAN);
    const signature = await put(store, sbom, SIGNATURE);
    return { store, image, sbom, other, scan, signature };
  }

  it('removes the selected attachment and its list entries alone', async () => {
    const { store, image, sbom, other, scan } = await start();
    const { result, failure } = await run(store, image, { kind: 'scan' });
    expect([failure, result.incomplete, result.blocked, result.orphans]).toEqual([undefined, [], [], []]);
    expect(result.removed).toMatchObject([
      { reference: store.format(scan), digest: scan.digest, kind: 'scan', subject: image.digest },
    ]);
    expect(await listDigests(store, image)).toEqual([sbom.digest, other.digest].sort());
    expect(await isThere(store, scan)).toBe(false);
    expect(await isThere(store, image)).toBe(true);
  });

  it.each<[string, (all: Awaited<ReturnType<typeof start>>) => DetachSelection, readonly string[]]>([
    ['a type', () => ({ artifactType: SBOM }), [SBOM, SBOM]],
    ['an annotation', () => ({ annotations: [{ key: 'note' }] }), [SBOM, SBOM]],
    ['its value', () => ({ annotations: [{ key: 'note', value: 'two' }] }), [SBOM]],
    ['a digest', ({ other }) => ({ digest: other.digest }), [SBOM]],
    ['several kinds', () => ({ kind: ['scan', 'sbom'] }), [SBOM, SBOM, SCAN]],
    ['everything', () => ({ all: true }), [SBOM, SBOM, SCAN]],
  ])('selects by %s', async (_by, selection, expected) => {
    const all = await start();
    const plan = await planDetach(all.store, { descriptor: all.image }, selection(all));
    expect(types(plan.items.flatMap(({ attachments }) => attachments)).sort()).toEqual([...expected].sort());
    expect(await listDigests(all.store, all.image)).toHaveLength(3);
  });

  it('names what is attached to what goes, which stays', async () => {
    const { store, image, sbom, signature } = await start();
    const { result } = await run(store, image, { digest: sbom.digest });
    expect(result.orphans).toMatchObject([{ digest: signature.digest, subject: sbom.digest }]);
    expect(await isThere(store, signature)).toBe(true);
    expect(await isThere(store, sbom)).toBe(false);
    expect(await listDigests(store, sbom)).toEqual([signature.digest]);
  });

  it('names what fits and is attached to what stays, at every depth, and leaves it', async () => {
    const { store, image, sbom, other, signature } = await start();
    const direct = await put(store, image, SIGNATURE);
    const deepest = await put(store, signature, SIGNATURE);
    const ofDirect = await put(store, direct, SIGNATURE, 'of it');
    const { result } = await run(store, image, { artifactType: SIGNATURE });
    expect(result.removed).toMatchObject([{ digest: direct.digest }]);
    expect(result.orphans).toMatchObject([{ digest: ofDirect.digest }]);
    expect(result.deeper).toMatchObject({
      attachments: [
        { digest: signature.digest, subject: sbom.digest },
        { digest: deepest.digest, subject: signature.digest },
      ],
      incomplete: [],
    });
    for (const stays of [signature, deepest]) expect(await isThere(store, stays)).toBe(true);
    expect((await run(store, image, { digest: other.digest })).result).not.toHaveProperty('deeper');
    expect((await run(store, image, { all: true }, { recursive: true })).result).not.toHaveProperty('deeper');
  });

  it('takes it along, the outermost first', async () => {
    const { store, image, sbom, signature } = await start();
    const deeper = await put(store, signature, 'application/vnd.example.deeper');
    const { result } = await run(store, image, { all: true }, { recursive: true });
    expect(result.orphans).toEqual([]);
    expect(result.removed).toHaveLength(5);
    const order = result.removed.map(({ digest }) => digest);
    expect(order.indexOf(deeper.digest)).toBeLessThan(order.indexOf(signature.digest));
    expect(order.indexOf(signature.digest)).toBeLessThan(order.indexOf(sbom.digest));
    expect((await discovered(store, image)).result.referrers).toEqual([]);
    for (const gone of [sbom, signature, deeper]) expect(await isThere(store, gone)).toBe(false);
  });

  it('refuses a selection without a match, and an empty one', async () => {
    const { store, image } = await start();
    await expect(planDetach(store, { descriptor: image }, { kind: 'vex' })).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: expect.arrayContaining(['sbom', 'scan']),
    });
    for (const nothing of [{}, { kind: [], annotations: [] }]) {
      await expect(planDetach(store, { descriptor: image }, nothing)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    const { descriptor: plain } = await pushImage(store, 'plain');
    await expect(planDetach(store, { descriptor: plain }, { all: true })).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: [],
    });
  });

  it('finds what it planned gone already, and is content', async () => {
    const { store, image } = await start();
    const plan = await planDetach(store, { descriptor: image }, { all: true });
    await carryOut(store, plan, { settle: false });
    expect((await carryOut(store, plan, { settle: false })).incomplete).toEqual([]);
  });

  it("removes cosign's images with their tags", async () => {
    const { store, image } = await start();
    const tag = referrersTag(image.digest);
    await cosignTags(store, image);
    const { result, failure } = await run(store, image, { kind: ['signature', 'provenance'] });
    expect([failure, kinds(result.removed)]).toEqual([
      undefined,
      ['provenance', 'signature', 'signature', 'signature'],
    ]);
    const tags = (await listTags(store)).filter((name) => !isReferrersTag(name));
    expect(tags).toEqual([`${tag}.sbom`, 'v1']);
    for (const { manifest, digest } of result.removed) {
      expect(await isThere(store, { mediaType: '', size: 0, digest: manifest ?? digest })).toBe(false);
    }
  });

  it("leaves other tags of cosign's image as they are", async () => {
    const { store, image } = await start();
    const tag = referrersTag(image.digest);
    const kept = await cosignImage(store, 1, [`${tag}.sig`, 'kept']);
    const { result } = await run(store, image, { kind: 'signature' });
    expect(result.removed).toHaveLength(1);
    expect((await listTags(store)).filter((name) => !isReferrersTag(name))).toEqual(['kept', 'v1']);
    expect(await isThere(store, kept)).toBe(true);
  });

  it('removes no part of an image that holds several things', async () => {
    const { store, image } = await start();
    await cosignTags(store, image);
    const { result: before } = await discovered(store, image, { kind: 'signature' });
    const [first] = before.referrers.filter(({ manifest }) => manifest !== undefined);
    const { result } = await run(store, image, { digest: first?.digest });
    expect(result.removed).toEqual([]);
    expect(result.blocked).toMatchObject([
      { digest: first?.digest, reason: expect.stringContaining('holds 3 attachments') },
    ]);
    expect(result.blocked[0]?.hint).toContain(`--digest ${first?.manifest}`);
    const whole = await run(store, image, { digest: first?.manifest });
    expect(whole.result.removed).toHaveLength(3);
  });

  it('removes only the tag where it stands for the subject itself', async () => {
    const { store, image } = await start();
    const tag = `${referrersTag(image.digest)}.sig`;
    await store.tagManifest(await store.manifest(image), [tag]);
    const { result, failure } = await run(store, image, { all: true }, { recursive: true });
    expect([failure, result.incomplete]).toEqual([undefined, []]);
    expect(await isThere(store, image)).toBe(true);
    expect(await listTags(store)).not.toContain(tag);
    expect((await store.findTag('v1'))?.digest).toBe(image.digest);
  });

  it('does not remove a tag that moved meanwhile', async () => {
    const { store, image } = await start();
    const tag = `${referrersTag(image.digest)}.sig`;
    await cosignImage(store, 1, [tag]);
    const plan = await planDetach(store, { descriptor: image }, { kind: 'signature' });
    const newer = await cosignImage(store, 2, [tag]);
    const { incomplete } = await carryOut(store, plan, { settle: false });
    expect(incomplete).toMatchObject([{ error: { code: 'CHANGED' } }]);
    expect((await store.findTag(tag))?.digest).toBe(newer.digest);
  });

  it.each([false, true])(
    'leaves what BuildKit keeps in the index, and says why (as a referrer, too: %s)',
    async (isNew) => {
      const store = await open();
      const index = await buildkitIndex(store, isNew);
      const amd64 = childOf(index);
      const scan = await put(store, amd64, SCAN);
      const sbom = await put(store, index.descriptor, SBOM);
      const { result, failure } = await run(store, index.descriptor, { all: true });
      expect(failure).toBeUndefined();
      expect(result.removed.map(({ digest, platform }) => [digest, platform])).toEqual(
        expect.arrayContaining([
          [scan.digest, 'linux/amd64'],
          [sbom.digest, undefined],
        ]),
      );
      expect(kinds(result.blocked)).toEqual(['provenance', 'provenance', 'sbom', 'sbom']);
      expect(result.blocked[0]).toMatchObject({
        reason: expect.stringContaining('another digest'),
        hint: expect.stringContaining('--provenance=false --sbom=false'),
      });
      const after = await discovered(store, index.descriptor);
      expect(after.failure).toBeUndefined();
      expect(after.result.platforms?.map(({ referrers }) => referrers.length)).toEqual([2, 2]);
      // Nor does the way around the index help.
      if (isNew) {
        const alone = await run(store, amd64, { all: true });
        expect([alone.result.removed, alone.result.blocked.length]).toEqual([[], 2]);
      }
    },
  );

  it('takes an SBOM image of cosign that two platforms share for one', async () => {
    const store = await open();
    const index = await buildkitIndex(store, false);
    const children = index.kind === 'index' ? index.content.manifests.filter((_, n) => n % 2 === 0) : [];
    const tags = children.map(({ digest }) => `${referrersTag(digest)}.sbom`);
    const shared = await cosignImage(store, 7, tags);
    const one = await detach(
      { store, tag: 'multi' },
      { selection: { kind: 'signature' }, platform: 'linux/amd64', settle: false },
    );
    expect(one.removed).toHaveLength(1);
    expect(await isThere(store, shared)).toBe(true);
    expect(await listTags(store)).toEqual(expect.arrayContaining([tags[1]]));
    await store.tagManifest(await store.manifest(shared), tags.slice(0, 1));
    const both = await run(store, index.descriptor, { kind: 'signature' });
    expect(both.failure).toBeUndefined();
    expect(await isThere(store, shared)).toBe(false);
  });
});
