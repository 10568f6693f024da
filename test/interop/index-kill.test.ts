import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { addToIndex } from '../../src/operations/index/add-to-index.js';
import { createIndex } from '../../src/operations/index/create-index.js';
import { push } from '../../src/operations/push/push.js';
import type { Store } from '../../src/store/interfaces/store.js';
import { openLayout } from '../../src/store/layout/store.js';
import { runHere } from '../commands/support/in-process.js';
import { openStore } from '../store/registry/support/start.js';
import { measure, runAndKill, spread } from '../support/kill-moments.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const KILLS = 16;
const WORDS = ['--platform', 'linux/arm64'];

/** A layout with an artifact of some files, which is a member of no index. */
async function member(): Promise<string> {
  const directory = join(await tempDir(), 'member');
  const files = Array.from({ length: 20 }, (_, n) => ({ name: `file${n}`, content: `${n}`.repeat(10_000) }));
  await push(await openLayout(directory, { create: true }), files, { tags: ['v1'] });
  return directory;
}

/** The index `all` of one artifact, in a store. */
async function begun(store: Store): Promise<string> {
  const { digest } = await push(store, [{ name: 'tool', content: 'amd64' }]);
  return (await createIndex(store, [{ location: digest, platform: 'linux/amd64' }], { tags: ['all'], settle: false }))
    .digest;
}

/** The digest that the tag names, once all that it leads to was read. */
async function wholeIndex(store: Store): Promise<string> {
  const index = await store.manifest({ tag: 'all' });
  for (const entry of index.kind === 'index' ? index.content.manifests : []) {
    const manifest = await store.manifest({ digest: entry.digest });
    if (manifest.kind !== 'image') throw new Error(`${entry.digest} is not an artifact`);
    for (const blob of [...manifest.content.layers, manifest.content.config])
      expect(blob === undefined || (await store.hasBlob(blob))).toBe(true);
  }
  return index.descriptor.digest;
}

describeWithPeers('kill -9 while remora adds to an index', [], () => {
  it('leaves the old or the new index of a layout, and the next run ends the work', { timeout: 180_000 }, async () => {
    const [directory, from] = [await tempDir(), await member()];
    const source = join(directory, 'template');
    const before = await begun(await openLayout(source, { create: true }));
    let count = 0;
    const fresh = async () => {
      const layout = join(directory, `layout-${++count}`);
      await cp(source, layout, { recursive: true });
      return { layout, start: () => startRemora(['index', 'add', `oci:${layout}:all`, `oci:${from}:v1`, ...WORDS]) };
    };
    const first = await fresh();
    const course = await measure(first.layout, first.start);
    const after = await wholeIndex(await openLayout(first.layout));
    let interrupted = 0;
    for (const moment of spread(KILLS, course)) {
      const { layout } = await fresh();
      const start = () => startRemora(['index', 'add', `oci:${layout}:all`, `oci:${from}:v1`, ...WORDS]);
      const { code } = await runAndKill(layout, start, moment);
      await checkedEntries(layout);
      const found = await wholeIndex(await openLayout(layout));
      expect([before, after]).toContain(found);
      if (code === null && found === before) interrupted += 1;
      const again = await runHere(['index', 'add', `oci:${layout}:all`, `oci:${from}:v1`, ...WORDS], directory);
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(await wholeIndex(await openLayout(layout))).toBe(after);
      // A run that was killed right after its write leaves its lock; who has nothing to write takes no lock.
      const lock = (await readdir(layout)).includes('index.json.lock');
      expect(lock && found === before).toBe(false);
      if (lock) expect(await runHere(['tag', `oci:${layout}:all`, 'other'], directory)).toMatchObject({ code: 0 });
      expect((await readdir(layout)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    }
    expect(interrupted).toBeGreaterThan(0);
  });

  it('leaves the old or the new index of a registry, and the next run ends the work', {
    timeout: 180_000,
  }, async () => {
    const registry = await startRegistry({ latency: 5 });
    onTestFinished(() => registry.close());
    const from = await member();
    const begin = async (name: string) => {
      const store = openStore(registry.host, name);
      return { store, before: await begun(store), target: `${registry.host}/${name}:all` };
    };
    const first = await begin('team/first');
    const started = performance.now();
    await startRemora(['index', 'add', first.target, `oci:${from}:v1`, ...WORDS]).done;
    const whole = performance.now() - started;
    const after = await wholeIndex(first.store);
    expect(after).not.toBe(first.before);
    let interrupted = 0;
    for (let n = 0; n < KILLS; n++) {
      const { store, before, target } = await begin(`team/app-${n}`);
      const { child, done } = startRemora(['index', 'add', target, `oci:${from}:v1`, ...WORDS]);
      // A start of the program takes part of it, and so does the wait for other writers.
      await Promise.race([sleep((whole * (n + 2)) / (KILLS + 4)), done]);
      child.kill('SIGKILL');
      const { code } = await done;
      const found = await wholeIndex(openStore(registry.host, store.reference.repository));
      expect([before, after]).toContain(found);
      if (code === null) interrupted += 1;
      await addToIndex(target, [{ location: `oci:${from}:v1`, platform: 'linux/arm64' }], { settle: false });
      expect(await wholeIndex(openStore(registry.host, store.reference.repository))).toBe(after);
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});
