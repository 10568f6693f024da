import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { buildIndex } from '../../src/oci/documents/build-manifest.js';
import { referrersTag } from '../../src/oci/values/referrers-tag.js';
import { runHere } from '../commands/support/in-process.js';
import { newHostedLayout } from '../operations/detach/support/detaching.js';
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

const KILLS = 20;
const WORDS = ['detach', '--all', '--recursive', '--yes', '--no-settle'];

/** What is killed is a program; what comes after it runs here, where a start costs nothing. */
const { remora, discover } = commandsOf((args) => runHere(args, process.cwd()));

/** A layout whose image has signed SBOMs, which are entries, and members of a list as well. */
async function template(): Promise<string> {
  const store = await newHostedLayout();
  const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
  const sboms = [];
  for (const note of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const sbom = await put(store, image, SBOM, note);
    await put(store, sbom, SIGNATURE);
    sboms.push(sbom);
  }
  await store.putManifest(buildIndex({ manifests: sboms }), { tags: [referrersTag(image.digest)] });
  return store.directory;
}

describeWithPeers('kill -9 while remora detaches', [], () => {
  it('leaves a whole layout at every moment, and the next run ends the work', { timeout: 180_000 }, async () => {
    const source = await template();
    const directory = await tempDir();
    let count = 0;
    const fresh = async () => {
      const layout = join(directory, `layout-${++count}`);
      await cp(source, layout, { recursive: true });
      return { layout, start: () => startRemora([...WORDS, '--prune', `${layout}:v1`]) };
    };
    const first = await fresh();
    const course = await measure(first.layout, first.start);
    let interrupted = 0;
    for (const moment of spread(KILLS, course)) {
      const { layout, start } = await fresh();
      const { code } = await runAndKill(layout, start, moment);
      // Everything that is named is there, whatever was going on.
      const entries = await checkedEntries(layout);
      if (code === null && entries.length > 2 && entries.length < 14) interrupted += 1;
      const again = await remora([...WORDS, '--prune', `${layout}:v1`]);
      expect([0, 3], again.stderr).toContain(again.code);
      await checkedEntries(layout);
      const { referrers, incomplete } = await discover(`${layout}:v1`);
      expect([referrers, incomplete]).toEqual([[], []]);
      expect((await readLayout(layout)).missing).toEqual([]);
      // Whoever writes next clears away what a killed one left.
      if (again.code === 0) expect((await readdir(layout)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    }
    expect(interrupted).toBeGreaterThan(0);
  });

  it('leaves no list in a registry that names what is gone', { timeout: 180_000 }, async () => {
    const registry = await startRegistry({ referrers: 'none', latency: 4 });
    onTestFinished(() => registry.close());
    const store = openStore(registry.host, 'template');
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    for (const note of ['a', 'b', 'c', 'd']) await put(store, await put(store, image, SBOM, note), SIGNATURE, note);
    let count = 0;
    const fresh = () => {
      const repository = `team/app-${++count}`;
      const [from, to] = [registry.repository('template'), registry.repository(repository)];
      for (const [digest, blob] of from.blobs) to.blobs.set(digest, blob);
      for (const [digest, manifest] of from.manifests) to.manifests.set(digest, manifest);
      for (const [tag, digest] of from.tags) to.tags.set(tag, digest);
      return { repository, words: [...WORDS, `${registry.host}/${repository}:v1`] };
    };
    /** Entries of referrers tags, and those of them that are gone. */
    const lists = (name: string) => {
      const { tags, manifests } = registry.repository(name);
      const entries = [...tags].flatMap(([tag, digest]): { digest: string }[] =>
        tag.startsWith('sha256-') ? JSON.parse(String(manifests.get(digest)?.bytes)).manifests : [],
      );
      return { entries, gone: entries.filter(({ digest }) => !manifests.has(digest)) };
    };
    const whole = fresh();
    const started = performance.now();
    const { code, stderr } = await startRemora(whole.words).done;
    expect([code, stderr]).toEqual([0, '']);
    const took = performance.now() - started;
    let interrupted = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const { repository, words } = fresh();
      const { child, done } = startRemora(words);
      // Its start-up, where nothing can break, takes the first part.
      await Promise.race([sleep(took * (0.3 + (0.7 * kill) / KILLS)), done]);
      child.kill('SIGKILL');
      await done;
      const { entries, gone } = lists(repository);
      expect(gone).toEqual([]);
      if (entries.length > 0 && entries.length < 8) interrupted += 1;
      const again = await remora(words);
      expect([0, 3], again.stderr).toContain(again.code);
      expect(lists(repository)).toEqual({ entries: [], gone: [] });
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});
