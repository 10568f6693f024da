import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read } from '../../../src/operations/pull/read.js';
import { push } from '../../../src/operations/push/push.js';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { pushImage, text } from '../../store/support/artifacts.js';
import { layered } from '../support/mechanisms.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';
import { fails, fetch, streamFrom, v1 } from './support/pulling.js';

const TITLE = 'org.opencontainers.image.title';
const file = (title: string | undefined, content = 'same', type = 'text/plain') => ({
  type,
  text: content,
  ...(title === undefined ? {} : { annotations: { [TITLE]: title } }),
});
/** Any config but an image's: it makes the layers files. */
const config = { ...text('same').descriptor, mediaType: 'a/b' };
const own = { selection: undefined };

describe.each(PLACES)('an artifact that names a file twice in %s', (_what, open) => {
  it.each([
    ['the same title', ['foo', 'foo'], ['foo']],
    ['titles that are one path', ['foo', './foo', 'foo/'], ['foo']],
    ['no titles', [undefined, undefined], [expect.stringMatching(/^sha256-[0-9a-f]{64}\.txt$/)]],
    ['two titles', ['foo', 'bar'], ['bar', 'foo']],
    ['titles of which one is another’s beginning', ['foo', 'foo.bar', 'foo'], ['foo', 'foo.bar']],
  ])('has it once for each name: %s', async (_titles, titles, expected) => {
    const store = await open();
    await layered(
      store,
      titles.map((title) => file(title)),
      { tags: ['v1'], fields: { config } },
    );
    const { names, files } = await fetch(store, own);
    expect(names).toEqual(expected);
    expect(files).toHaveLength(expected.length);
    const template = await fetch(store, { ...own, name: '{digest}{ext}' });
    expect(template.names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.txt$/)]);
    expect(template.files).toHaveLength(1);
  });

  it('has it once for standard output and in memory', async () => {
    const store = await open();
    await layered(store, [file('foo'), file('foo')], { tags: ['v1'], fields: { artifactType: 'a/b' } });
    expect((await streamFrom(store, {})).content).toBe('same');
    expect((await read({ store, ...v1 })).toString()).toBe('same');
  });

  it('has a directory once', async () => {
    const store = await open();
    await makeFiles(join(await inDirectory(), 'site'), { 'a.html': '<p>' });
    const { layers } = await push(store, [{ path: 'site' }]);
    const [{ annotations = {} } = {}] = layers;
    const { manifest } = await push(store, [{ path: 'site' }], { tags: ['once'] });
    const [layer] = 'layers' in manifest.content ? manifest.content.layers : [];
    await layered(store, [], { tags: ['v1'], fields: { artifactType: 'a/b', layers: [layer, layer] } });
    expect(annotations[TITLE]).toBe('site');
    const { names, output, files } = await fetch(store, own);
    expect(names).toEqual(['site/a.html']);
    expect(await readText(output, 'site/a.html')).toBe('<p>');
    expect(files).toHaveLength(1);
  });
});

describe('one name', () => {
  it('for different contents is an error, before anything is written', async () => {
    const store = await newLayout();
    const layers = [file('bar', 'x'), file('foo', 'a'), file('foo', 'a'), file('foo', 'b')];
    await layered(store, layers, { tags: ['v1'], fields: { artifactType: 'a/b' } });
    await fails(store, 'MALFORMED', own);
  });

  it('of the same content in several attachments is one file under a template', async () => {
    const store = await newLayout();
    const { descriptor: subject } = await pushImage(store, 'image', { tags: ['v1'] });
    for (const note of ['1', '2'])
      await layered(store, [file('foo')], { fields: { artifactType: 'a/b', subject, annotations: { note } } });
    const { result, names } = await fetch(store, { selection: { all: true }, name: '{title}' });
    expect(names).toEqual(['foo']);
    expect(result.artifacts.map(({ files }) => files.length)).toEqual([1, 1]);
    expect((await streamFrom(store, { selection: { all: true } })).content).toBe('same');
  });
});
