import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { begin } from '../../store/registry/support/start.js';
import { listTags, pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { newLayout } from '../support/places.js';

/** A layout with an image for each entry: an image of that content, under that name and full name. */
async function named(entries: readonly (readonly [content: string, name: string, full?: string])[]) {
  const path = join(await tempDir(), 'saved');
  const store = await openLayout(path, { create: true });
  const manifests: Descriptor[] = [];
  for (const [content, name, full] of entries) {
    const { descriptor } = await pushImage(store, content, { child: true });
    const annotations = {
      'org.opencontainers.image.ref.name': name,
      ...(full === undefined ? {} : { 'io.containerd.image.name': full }),
    };
    manifests.push({ ...descriptor, annotations });
  }
  const index = JSON.parse(await readFile(join(path, 'index.json'), 'utf8'));
  await writeFile(join(path, 'index.json'), JSON.stringify({ ...index, manifests }));
  return openLayout(path);
}

describe('names that would become one tag', () => {
  it.each<readonly [string, Parameters<typeof named>[0], readonly string[]]>([
    [
      'of three hosts',
      [
        ['a', 'a.test/x:v1'],
        ['b', 'b.test/x:v1'],
        ['c', 'c.test/y:v2'],
      ],
      ['a.test/x:v1', 'b.test/x:v1'],
    ],
    [
      'a full one and a plain one',
      [
        ['a', 'v1'],
        ['b', 'a.test/x:v1'],
      ],
      ['a.test/x:v1', 'v1'],
    ],
    [
      'of docker save',
      [
        ['a', 'v1', 'h.test/a:v1'],
        ['b', 'v1', 'h.test/b:v1'],
      ],
      ['h.test/a:v1', 'h.test/b:v1'],
    ],
    [
      'with a port',
      [
        ['a', 'h.test:5000/x:v1'],
        ['b', 'h.test/x:v1'],
      ],
      ['h.test/x:v1', 'h.test:5000/x:v1'],
    ],
  ])('are refused before anything is written: %s', async (_what, entries, names) => {
    const source = await named(entries);
    for (const chosen of [{ all: true }, { patterns: ['*v*'] }, { listed: names }]) {
      const { store, registry } = await begin();
      const refused = copy(source, store, { names: chosen });
      await expect(refused).rejects.toMatchObject({
        code: 'AMBIGUOUS',
        message: expect.stringContaining(names[0] ?? ''),
      });
      await expect(copy(source, store, { names: chosen })).rejects.toThrow(names[1]);
      expect(registry.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
      await expect(copy(source, store, { names: chosen, dryRun: true })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    }
  });

  it('are one where they stand for one manifest', async () => {
    const source = await named([
      ['a', 'a.test/x:v1'],
      ['a', 'b.test/x:v1'],
      ['a', 'v1'],
    ]);
    const { store } = await begin();
    expect(await copy(source, store, { names: { all: true } })).toMatchObject({ tags: [{ tag: 'v1' }] });
    expect(await listTags(store)).toEqual(['v1']);
  });

  it('stay apart in a layout, and where they differ by case', async () => {
    const full = await named([
      ['a', 'a.test/x:v1'],
      ['b', 'b.test/x:v1'],
    ]);
    const layout = await newLayout();
    await copy(full, layout, { names: { all: true } });
    expect((await listTags(layout)).sort()).toEqual(['a.test/x:v1', 'b.test/x:v1']);
    const { store } = await begin();
    await copy(
      await named([
        ['a', 'a.test/x:v1'],
        ['b', 'a.test/x:V1'],
      ]),
      store,
      { names: { all: true } },
    );
    expect((await listTags(store)).sort()).toEqual(['V1', 'v1']);
  });

  it('harm nothing where a tag is given twice', async () => {
    const source = await newLayout();
    await pushImage(source, 'a', { tags: ['v1'] });
    const to = `oci:${join(await tempDir(), 'there')}:v2,v2`;
    expect((await copy({ store: source, tag: 'v1' }, to)).tags).toMatchObject([{ tag: 'v2' }]);
  });
});
