import { rm, truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { MAX_READ_BYTES } from '../../../../src/oci/documents/manifest.js';
import { blobPath } from '../../../../src/store/layout/files/paths.js';
import { list } from '../../support/artifacts.js';
import { HandWrittenLayout, tagged } from '../support/by-hand.js';

it('names entries that cannot be read in the order of index.json, however long each takes', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  const damages = [
    (file: string) => rm(file),
    // Its size is asked for in another thread.
    (file: string) => truncate(file, MAX_READ_BYTES + 1),
    (file: string) => writeFile(file, '{}'),
    (file: string) => rm(file),
  ];
  const damaged = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const entry = await layout.referrer(image, 'x/y', { annotations: { at: String(index) } });
      await damages[index % damages.length]?.(blobPath(layout.directory, entry.digest));
      return entry;
    }),
  );
  const whole = await layout.referrer(image, 'x/y');
  await layout.index([tagged(image, 'v1'), ...damaged, whole]);
  await using store = await layout.open();
  const ways: string[] = [];
  const found = await list(store, image, { onUnasked: (way) => ways.push(way) });
  expect(found.map(({ descriptor }) => descriptor.digest)).toEqual([whole.digest]);
  expect(ways).toEqual(damaged.map(({ digest }) => `${layout.directory} entry ${digest}`));
});
