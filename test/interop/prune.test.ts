import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Descriptor } from '../../src/oci/values/descriptor.js';
import { attach as attachHere } from '../../src/operations/attach/attach.js';
import { type PruneResult, prune } from '../../src/operations/prune/prune.js';
import { pruneSchema } from '../../src/operations/prune/schema.js';
import type { Store } from '../../src/store/interfaces/store.js';
import { openHostedLayout } from '../../src/store/layout/hosting/hosted-store.js';
import { runHere } from '../commands/support/in-process.js';
import { cosignImage } from '../operations/detach/support/detaching.js';
import { dated, digests, referrersTag, remove, tagsOf } from '../operations/prune/support/pruning.js';
import { put, SBOM, SCAN, SIGNATURE } from '../operations/support/attached.js';
import { openStore } from '../store/registry/support/start.js';
import { listDigests, pushImage } from '../store/support/artifacts.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { LAYOUT, REGISTRIES } from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';

const ENDS = ['.sig', '.att', '.sbom'];

/** The place as the program writes it, and the store of the test's own. */
interface Place {
  readonly at: string;
  readonly store: Store;
}

async function json(words: readonly string[]): Promise<PruneResult> {
  const { code, stdout, stderr } = await runHere(['prune', ...words, '--json'], process.cwd());
  expect(code, `${stdout}${stderr}`).toBe(0);
  return pruneSchema.parse(JSON.parse(stdout));
}

for (const kind of [LAYOUT, ...REGISTRIES]) {
  describeWithPeers(`prune in ${kind.name}`, kind.peers, () => {
    let opened: Awaited<ReturnType<typeof kind.open>>;
    beforeAll(async () => {
      opened = await kind.open();
    });
    afterAll(() => opened?.close());

    const fresh = async (): Promise<Place> => {
      const at = opened.fresh().at('');
      if (kind.kind === 'layout') return { at, store: await openHostedLayout(at, { create: true }) };
      const [host = '', ...path] = at.split('/');
      return { at, store: openStore(host, path.join('/'), { access: 'delete' }) };
    };

    it('takes all that is attached to an image that is gone, and leaves the rest whole', async () => {
      const { at, store } = await fresh();
      const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
      const { descriptor: image } = await pushImage(store, 'gone', { tags: ['v2'] });
      for (const [n, subject] of [kept, image].entries()) {
        await put(store, await put(store, subject, SBOM), SIGNATURE);
        await put(store, subject, SCAN);
        // Equal ones would share a manifest, of which distribution 2.8 cannot delete a tag alone.
        for (const [m, end] of ENDS.entries())
          await cosignImage(store, 10 * n + m, [`${referrersTag(subject.digest)}${end}`]);
      }
      await remove(store, image.digest);
      // go-containerregistry keeps a manifest for each tag.
      if ((await tagsOf(store)).includes('v2')) await runHere(['manifest', 'delete', '-y', `${at}:v2`], process.cwd());
      const before = await listDigests(store, kept);
      const plan = await json(['--orphans', '--dry-run', at]);
      expect(plan.planned).toHaveLength(6);
      const result = await json(['--orphans', '--yes', at]);
      expect([digests(result.removed), result.incomplete, result.unmended]).toEqual([digests(plan.planned), [], []]);
      const left = await tagsOf(store);
      expect(left.filter((tag) => tag.startsWith(referrersTag(image.digest)))).toEqual([]);
      expect(left).toEqual(expect.arrayContaining(['v1', ...ENDS.map((end) => `${referrersTag(kept.digest)}${end}`)]));
      expect(await listDigests(store, kept)).toEqual(before);
      expect(await listDigests(store, image)).toEqual([]);
      for (const { digest } of result.removed.filter(({ manifest }) => manifest === undefined))
        expect(await store.hasManifest(digest)).toBe(false);
      const again = await json(['--orphans', '--yes', at]);
      expect([again.planned, again.lists]).toEqual([[], []]);
    });

    it('lets sixteen attach at once to the subject whose old scans it removes', async () => {
      const { at, store } = await fresh();
      const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
      const old: Descriptor[] = [];
      for (let day = 10; day < 22; day++) old.push(await dated(store, image, SCAN, `2026-01-${day}T00:00:00Z`));
      const newest = old.at(-1)?.digest;
      const attach = async (n: number) => {
        const name = join(opened.directory, `${n}-${randomBytes(4).toString('hex')}`);
        await writeFile(name, randomBytes(100));
        return (await attachHere(`${at}:v1`, [name], { artifactType: SBOM })).digest;
      };
      const [result, ...attached] = await Promise.all([
        prune(at, { keepLatest: 1, selection: { kind: 'scan' } }),
        ...Array.from({ length: 16 }, (_, n) => attach(n)),
      ]);
      expect([result.removed.length, result.incomplete]).toEqual([11, []]);
      const [host = '', ...path] = at.split('/');
      // Another store, which remembers nothing of what was there.
      const reader = kind.kind === 'layout' ? store : openStore(host, path.join('/'));
      expect(await listDigests(reader, image)).toEqual([...attached, newest].sort());
    });
  });
}

describeWithPeers('prune and COSIGN_REPOSITORY', ['cosign', 'registry3', 'crane'], () => {
  let cosign: Cosign;
  beforeAll(async () => {
    cosign = await openCosign();
  });
  afterAll(() => cosign?.close());

  it.each([
    ['tags', [OLD_FORMAT]],
    ['bundles', []],
  ])('loses no signature whose image is in another repository (%s)', async (_, flags) => {
    const registry = REGISTRIES.find(({ name }) => name === 'distribution 3');
    const opened = await registry?.open();
    if (opened === undefined) throw new Error('distribution 3');
    try {
      const [first, second, signatures] = [opened.fresh().at(''), opened.fresh().at(''), opened.fresh().at('')];
      const subjects: Descriptor[] = [];
      const stores = [first, second, signatures].map((at) => {
        const [host = '', ...path] = at.split('/');
        return openStore(host, path.join('/'), { access: 'delete' });
      });
      for (const [n, at] of [first, second].entries()) {
        const store = stores[n];
        if (store === undefined) throw new Error('three stores');
        const { descriptor } = await pushImage(store, at, { tags: ['v1'] });
        subjects.push(descriptor);
        await cosign.ok(['sign', ...cosign.offline, ...flags, `${at}@${descriptor.digest}`], {
          COSIGN_REPOSITORY: signatures,
        });
      }
      const [one, two, place] = stores;
      if (one === undefined || two === undefined || place === undefined) throw new Error('three stores');
      const before = await tagsOf(place);
      expect(before).toHaveLength(2);
      const refused = await runHere(['prune', '--orphans', '--yes', signatures], process.cwd());
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--subjects-in')]);
      const asked = ['--orphans', '--yes', '--subjects-in', first, '--subjects-in', second, signatures];
      expect((await json(asked)).planned).toEqual([]);
      expect(await tagsOf(place)).toEqual(before);
      const [gone] = subjects;
      if (gone === undefined) throw new Error('two subjects');
      await remove(one, gone.digest);
      const result = await json(asked);
      expect(result.removed.map(({ subject }) => subject)).toEqual([subjects[0]?.digest]);
      const left = await tagsOf(place);
      expect(left).toHaveLength(1);
      expect(left[0]).toContain(subjects[1]?.digest.slice('sha256:'.length));
    } finally {
      await opened.close();
    }
  });
});
