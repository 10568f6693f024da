import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, vi } from 'vitest';
import { openSource, openStore, parsePlace } from '../../src/store/index.js';
import { tempDir } from '../support/temp.js';
import { packLayout, writeArchive } from './archive/support/packed.js';
import { HandWrittenLayout, tagged } from './layout/support/by-hand.js';
import { listTags } from './support/artifacts.js';

async function layout(): Promise<HandWrittenLayout> {
  const written = await HandWrittenLayout.begin();
  await written.index([tagged(await written.image('image'), 'v1')]);
  return written;
}

it('opens layouts and archives of them as sources, by how their place is written', async () => {
  const { directory } = await layout();
  const path = await packLayout(directory);
  for (const [place, kind] of [
    [`oci:${directory}`, 'layout'],
    [directory, 'layout'],
    [path, 'archive'],
    [`oci-archive:${path}`, 'archive'],
  ] as const) {
    const source = await openSource(parsePlace(place));
    expect([source.kind, await listTags(source)]).toEqual([kind, ['v1']]);
    await source.close();
  }
  const registry = await openSource(parsePlace('localhost:1/a'));
  expect(registry.kind).toBe('registry');
  await registry.close();
});

it('closes what `await using` opened: a layout, a directory, an archive, a registry', async () => {
  const { directory } = await layout();
  const image = join(await tempDir(), 'image');
  await mkdir(image);
  await writeFile(join(image, 'manifest.json'), '{"schemaVersion":2,"manifests":[]}');
  for (const place of [directory, `dir:${image}`, await packLayout(directory), 'localhost:1/a']) {
    const opened = await openSource(parsePlace(place));
    const close = vi.spyOn(opened, 'close');
    {
      await using source = opened;
      expect(source.format({})).toContain(place.replace('dir:', ''));
      expect(close).not.toHaveBeenCalled();
    }
    expect(close, place).toHaveBeenCalledOnce();
  }
});

it('creates nothing for a source', async () => {
  const nowhere = join(await tempDir(), 'nowhere');
  for (const place of [nowhere, `${nowhere}.tar`, `dir:${nowhere}`])
    await expect(openSource(parsePlace(place))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('hands limits and interruptions on', async () => {
  const path = await writeArchive(gzipSync(Buffer.alloc(100_000)));
  const place = parsePlace(path);
  await expect(openSource(place, { maxUnpackedBytes: 1000 })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  for (const each of [place, parsePlace(`dir:${path}`)])
    await expect(openSource(each, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

it.each([
  ['./x.tar', 'remora copy'],
  ['oci-archive:x', 'remora copy'],
  ['dir:x', 'oci:./layout'],
])('opens no store of %s, and names the next step', async (place, hint) => {
  await expect(openStore(parsePlace(place))).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    hint: expect.stringContaining(hint),
  });
});
