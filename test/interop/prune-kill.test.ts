import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { buildIndex } from '../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../src/oci/values/descriptor.js';
import { referrersTag } from '../../src/oci/values/referrers-tag.js';
import type { Store } from '../../src/store/interfaces/store.js';
import { runHere } from '../commands/support/in-process.js';
import { cosignImage, newHostedLayout } from '../operations/detach/support/detaching.js';
import { remove } from '../operations/prune/support/pruning.js';
import { put, SBOM, SIGNATURE } from '../operations/support/attached.js';
import { readLayout } from '../operations/support/layout-files.js';
import { openStore } from '../store/registry/support/start.js';
import { pushImage } from '../store/support/artifacts.js';
import { measure, runAndKill, spread } from '../support/kill-moments.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { commandsOf, startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const KILLS = 16;
const WORDS = ['prune', '--orphans', '--yes', '--no-settle'];

/** A program is killed; all that comes after it runs here, where a start costs little. */
const { remora, discover } = commandsOf((args) => runHere(args, process.cwd()));

/** Two images with signed SBOMs and cosign's tags, one of which is deleted. */
async function fill(store: Store): Promise<Record<'kept' | 'gone', Descriptor>> {
  const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
  const { descriptor: gone } = await pushImage(store, 'gone', { tags: ['v2'] });
  for (const [n, image] of [kept, gone].entries()) {
    for (const note of ['a', 'b', 'c', 'd']) await put(store, await put(store, image, SBOM, note), SIGNATURE, note);
    await cosignImage(store, n, [`${referrersTag(image.digest)}.sig`]);
  }
  await remove(store, gone.digest);
  return { kept, gone };
}

describeWithPeers('kill -9 while remora prunes', [], () => {
  it('leaves a whole layout at every moment, and the next run ends the work', { timeout: 180_000 }, async () => {
    const template = await newHostedLayout();
    const { kept, gone } = await fill(template);
    for (const { digest } of [kept, gone]) {
      const manifests = [];
      for await (const { descriptor } of template.referrers({ mediaType: '', digest, size: 0 }))
        manifests.push(descriptor);
      await template.putManifest(buildIndex({ manifests }), { tags: [referrersTag(digest)] });
    }
    const directory = await tempDir();
    let count = 0;
    const fresh = async () => {
      const layout = join(directory, `layout-${++count}`);
      await cp(template.directory, layout, { recursive: true });
      return { layout, start: () => startRemora([...WORDS, layout]) };
    };
    const first = await fresh();
    const before = (await discover(`${first.layout}:v1`)).referrers;
    const course = await measure(first.layout, first.start);
    const wanted = (await checkedEntries(first.layout)).length;
    let interrupted = 0;
    for (const moment of spread(KILLS, course)) {
      const { layout, start } = await fresh();
      const all = (await checkedEntries(layout)).length;
      const { code } = await runAndKill(layout, start, moment);
      const entries = (await checkedEntries(layout)).length;
      if (code === null && entries > wanted && entries < all) interrupted += 1;
      const again = await remora([...WORDS, layout]);
      expect(again.code, again.stderr).toBe(0);
      expect((await checkedEntries(layout)).length).toBe(wanted);
      const { referrers, incomplete } = await discover(`${layout}:v1`);
      expect([referrers.map(({ digest }) => digest), incomplete]).toEqual([before.map(({ digest }) => digest), []]);
      expect((await readLayout(layout)).missing).toEqual([]);
      // A run that finds nothing to remove writes nothing: the next writer takes the lock of a process that is gone.
      expect((await remora(['tag', `${layout}:v1`, 'after'])).code).toBe(0);
      expect((await readdir(layout)).filter((name) => !name.startsWith('.')).sort()).toEqual([
        'blobs',
        'index.json',
        'oci-layout',
      ]);
    }
    expect(interrupted).toBeGreaterThan(0);
  });

  it('leaves a registry whose next run ends the work, and loses nothing else', { timeout: 180_000 }, async () => {
    const registry = await startRegistry({ referrers: 'none', latency: 4 });
    onTestFinished(() => registry.close());
    const { kept, gone } = await fill(openStore(registry.host, 'template', { access: 'delete' }));
    let count = 0;
    const fresh = () => {
      const repository = `team/app-${++count}`;
      const [from, to] = [registry.repository('template'), registry.repository(repository)];
      for (const [digest, blob] of from.blobs) to.blobs.set(digest, blob);
      for (const [digest, manifest] of from.manifests) to.manifests.set(digest, manifest);
      for (const [tag, digest] of from.tags) to.tags.set(tag, digest);
      return { repository, words: [...WORDS, `${registry.host}/${repository}`] };
    };
    const tagsIn = (repository: string) => [...registry.repository(repository).tags.keys()].sort();
    const entriesOf = (repository: string, subject: Descriptor): readonly { digest: string }[] => {
      const { tags, manifests } = registry.repository(repository);
      const list = manifests.get(tags.get(referrersTag(subject.digest)) ?? '');
      return list === undefined ? [] : JSON.parse(String(list.bytes)).manifests;
    };
    const whole = fresh();
    const started = performance.now();
    const { code, stderr } = await startRemora(whole.words).done;
    expect(code, stderr).toBe(0);
    const took = performance.now() - started;
    const wanted = tagsIn(whole.repository);
    expect(wanted.filter((tag) => tag.startsWith(referrersTag(gone.digest)))).toEqual([]);
    let interrupted = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { repository, words } = fresh();
      const { child, done } = startRemora(words);
      await Promise.race([sleep(took * (0.3 + (0.7 * kill) / KILLS)), done]);
      child.kill('SIGKILL');
      await done;
      const left = entriesOf(repository, gone).length;
      if (left > 0 && left < 4) interrupted += 1;
      const again = await remora(words);
      expect(again.code, again.stderr).toBe(0);
      expect(tagsIn(repository)).toEqual(wanted);
      expect(entriesOf(repository, kept)).toEqual(entriesOf('template', kept));
      const { manifests } = registry.repository(repository);
      for (const { digest } of entriesOf(repository, kept)) expect(manifests.has(digest)).toBe(true);
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});
