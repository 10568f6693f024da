import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { isRemoraError } from '../../src/errors.js';
import type { Store } from '../../src/store/interfaces/store.js';
import { openLayout } from '../../src/store/layout/store.js';
import { copyTag, everything, loadedIndex } from '../operations/copy/support/copying.js';
import { newHostedLayout } from '../operations/detach/support/detaching.js';
import { openStore } from '../store/registry/support/start.js';
import { listTags } from '../store/support/artifacts.js';
import { measure, runAndKill, spread } from '../support/kill-moments.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const KILLS = 50;

/** Nothing has the tag, or all of it is there. */
async function isWholeOrAbsent(store: Store, wanted: readonly string[]): Promise<boolean> {
  try {
    const root = await store.resolve({ tag: 'multi' });
    expect(await everything(store, root)).toEqual(wanted);
    return true;
  } catch (error) {
    if (isRemoraError(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

describeWithPeers('kill -9 while remora copies', [], () => {
  it('into a layout: the tag comes last, and the next run ends the work', { timeout: 180_000 }, async () => {
    const source = await newHostedLayout();
    const index = await loadedIndex(source);
    const wanted = await everything(source, index);
    const directory = await tempDir();
    let count = 0;
    const fresh = () => {
      const layout = join(directory, `layout-${++count}`);
      return { layout, start: () => startRemora(['copy', '-r', `${source.directory}:multi`, layout]) };
    };
    const course = await measure(directory, fresh().start);
    let interrupted = 0;
    for (const moment of spread(KILLS, course)) {
      const { layout, start } = fresh();
      const { code } = await runAndKill(directory, start, moment);
      const store = await openLayout(layout).catch(() => undefined);
      if (store !== undefined) {
        // Everything that is named is there, whatever was going on.
        await checkedEntries(layout).catch((error: unknown) => {
          // Killed before the file oci-layout, which the next writer adds.
          const isBegun = error instanceof Error && 'path' in error && String(error.path).endsWith('oci-layout');
          if (!isBegun && (!isRemoraError(error) || error.code !== 'NOT_FOUND')) throw error;
        });
        const isWhole = await isWholeOrAbsent(store, wanted);
        if (code === null && !isWhole) interrupted += 1;
      }
      const again = await openLayout(layout, { create: true });
      await copyTag(source, again, 'multi');
      expect(await isWholeOrAbsent(again, wanted)).toBe(true);
      expect(await listTags(again)).toEqual(await listTags(source));
    }
    expect(interrupted).toBeGreaterThan(0);
  });

  it('into a registry: nothing that had arrived is sent again', { timeout: 180_000 }, async () => {
    const source = await newHostedLayout();
    const index = await loadedIndex(source);
    const wanted = await everything(source, index);
    const registry = await startRegistry({ referrers: 'none' });
    onTestFinished(() => registry.close());
    let interrupted = 0;
    for (let round = 0; round < KILLS; round++) {
      const repository = `team/app-${round}`;
      const { child, done } = startRemora([
        'copy',
        '-r',
        '--no-settle',
        `${source.directory}:multi`,
        `${registry.host}/${repository}`,
      ]);
      registry.clear();
      while (registry.requests.length === 0 && child.exitCode === null) await sleep(2);
      await Promise.race([sleep((round % 25) * 6), done]);
      child.kill('SIGKILL');
      const { code } = await done;
      const store = openStore(registry.host, repository);
      onTestFinished(() => store.close());
      const isWhole = await isWholeOrAbsent(store, wanted);
      if (code === null && !isWhole) interrupted += 1;
      const arrived = new Set(
        registry.requests
          .filter(({ method, status }) => method === 'PUT' && status === 201)
          .map(({ path }) => decodeURIComponent(path).replace(/^.*(sha256:[0-9a-f]{64}).*$/, '$1'))
          .filter((name) => name.startsWith('sha256:')),
      );
      registry.clear();
      const result = await copyTag(source, store, 'multi');
      const resent = result.objects.filter((object) => object.result === 'copied' && arrived.has(object.digest));
      expect(resent).toEqual([]);
      expect(await isWholeOrAbsent(store, wanted)).toBe(true);
    }
    expect(interrupted).toBeGreaterThan(0);
  });
});
