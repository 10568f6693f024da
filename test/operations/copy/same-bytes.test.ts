import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { loadedIndex } from './support/copying.js';

it.each([
  ['several tags', { all: true }, false],
  ['several tags, with all that is attached', { all: true }, true],
  ['one tag, with all that is attached', { listed: ['multi'] }, true],
])('%s give one index.json, in whichever order answers come', async (_what, names, recursive) => {
  const turns = [() => 0, (n: number) => n % 7, (n: number) => 6 - (n % 7)];
  let delay = (_n: number) => 0;
  let requests = 0;
  const { store, open } = await begin({
    fault: ({ method }) => {
      const pause = delay(requests++);
      return method === 'GET' && pause > 0 ? { slow: { bytes: 100_000, pause: pause * 8 } } : undefined;
    },
  });
  await loadedIndex(store);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const { descriptor } = await pushImage(store, name, { tags: [name, `${name}-too`] });
    await put(store, descriptor, SBOM);
    await put(store, descriptor, SCAN);
    await pushImage(store, `signature of ${name}`, { tags: [`${referrersTag(descriptor.digest)}.sig`] });
  }
  const written: string[] = [];
  for (const turn of turns) {
    delay = turn;
    const path = join(await tempDir(), 'layout');
    const destination = await openLayout(path, { create: true });
    await copy(open(), destination, { names, recursive });
    written.push(await readFile(join(path, 'index.json'), 'utf8'));
  }
  expect(new Set(written).size).toBe(1);
});
