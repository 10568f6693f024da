import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pack } from '../../../src/operations/pack/pack.js';
import { makeFiles } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { inDirectory } from '../support/places.js';

const TYPE = 'application/vnd.example.report.v1';
const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
};
const HELLO = 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';

describe('pack', () => {
  it('writes these very bytes, today and always', async () => {
    const { manifest } = await pack(
      [
        { content: 'hello\n', name: 'hello.txt', annotations: { z: '1', a: '2' } },
        { content: '', name: 'empty' },
      ],
      { artifactType: TYPE, annotations: { 'org.example.b': 'B', 'org.example.a': '' } },
    );
    expect(Buffer.from(manifest.bytes).toString()).toBe(
      `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"${TYPE}",` +
        `"config":${JSON.stringify(EMPTY)},` +
        `"layers":[{"mediaType":"text/plain","digest":"${HELLO}","size":6,` +
        '"annotations":{"a":"2","org.opencontainers.image.title":"hello.txt","z":"1"}},' +
        '{"mediaType":"application/octet-stream",' +
        '"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0,' +
        '"annotations":{"org.opencontainers.image.title":"empty"}}],' +
        '"annotations":{"org.example.a":"","org.example.b":"B"}}',
    );
    expect(manifest.descriptor).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:5e17c2f4614edf88a91508dfbf6668b83af8cc1d1e04747d8bca33c18761b90b',
      size: manifest.bytes.byteLength,
    });
  });

  it('of no files has the empty config and the empty layer (B12, B13)', async () => {
    const { manifest, layers } = await pack([], { artifactType: TYPE });
    expect(manifest.content).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: TYPE,
      config: EMPTY,
      layers: [EMPTY],
    });
    expect(layers).toEqual([]);
  });

  it('has a type when nobody gives one', async () => {
    expect((await pack([])).manifest.content.artifactType).toBe('application/vnd.unknown.artifact.v1');
  });

  it('keeps the order of the files, and sorts annotations by code unit whatever their order was', async () => {
    const names = ['b', 'a', 'c'];
    const { layers } = await pack(names.map((name) => ({ content: name, name })));
    expect(layers.map(({ annotations }) => annotations?.['org.opencontainers.image.title'])).toEqual(names);
    const digests = await Promise.all(
      [
        { b: '1', a: '2', B: '3', ä: '4' },
        { ä: '4', B: '3', a: '2', b: '1' },
      ].map(async (annotations) => (await pack([], { annotations })).manifest.descriptor.digest),
    );
    expect(digests[0]).toBe(digests[1]);
    const { manifest } = await pack([], { annotations: { ä: '4', b: '1', a: '2', B: '3' } });
    expect(Object.keys(manifest.content.annotations ?? {})).toEqual(['B', 'a', 'b', 'ä']);
  });

  it('takes types from what is given, then from the extension', async () => {
    const types = await Promise.all(
      [
        { name: 'a.json', mediaType: 'application/vnd.x.v1' },
        { name: 'a.json' },
        { name: 'a.SVG' },
        { name: 'a.unheard-of' },
        { name: 'Makefile' },
      ].map(async (file) => (await pack([{ content: '', ...file }])).layers[0]?.mediaType),
    );
    expect(types).toEqual([
      'application/vnd.x.v1',
      'application/json',
      'image/svg+xml',
      'application/octet-stream',
      'application/octet-stream',
    ]);
  });

  it('writes a date only where one is given, and the annotation wins', async () => {
    const key = 'org.opencontainers.image.created';
    const dateOf = async (options: object) => (await pack([], options)).manifest.content.annotations?.[key];
    expect(await dateOf({})).toBeUndefined();
    expect(await dateOf({ created: '2026-01-31T12:00:00Z' })).toBe('2026-01-31T12:00:00Z');
    const annotations = { [key]: '2020-02-29T00:00:00+02:00' };
    expect(await dateOf({ created: '2026-01-31T12:00:00Z', annotations })).toBe('2020-02-29T00:00:00+02:00');
  });

  it.each([
    ['a date without a time', { created: '2026-01-31' }],
    ['a day that does not exist', { created: '2026-02-30T00:00:00Z' }],
    ['an annotation that is no date', { annotations: { 'org.opencontainers.image.created': '0' } }],
    ['an annotation without a key', { annotations: { '': 'x' } }],
    ['an artifact type with parameters', { artifactType: 'text/plain; charset=utf-8' }],
    ['an artifact type without a subtype', { artifactType: 'sbom' }],
  ])('refuses %s', async (_what, options) => {
    await expect(pack([], options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a config', () => {
  it('has the type that is given, and then no artifact type is made up (B15, B18)', async () => {
    const directory = await tempDir();
    await makeFiles(directory, { 'meta.json': '{"a":1}' });
    const path = join(directory, 'meta.json');
    const { manifest, layers } = await pack([], {
      config: { path, mediaType: 'application/vnd.x.config.v1+json', annotations: { k: 'v' } },
    });
    expect(manifest.content).toMatchObject({
      config: { mediaType: 'application/vnd.x.config.v1+json', size: 7, annotations: { k: 'v' } },
      layers: [EMPTY],
    });
    expect(manifest.content.artifactType).toBeUndefined();
    expect(layers).toEqual([]);
  });

  it('is no file: it has no title, and its type may be left out', async () => {
    const directory = await tempDir();
    await makeFiles(directory, { 'meta.json': '{"a":1}' });
    const { manifest } = await pack([], { config: { path: join(directory, 'meta.json') } });
    expect(manifest.content).toMatchObject({
      artifactType: 'application/vnd.unknown.artifact.v1',
      config: { mediaType: 'application/vnd.unknown.config.v1+json', size: 7 },
    });
    expect(Buffer.from(manifest.bytes).toString()).not.toContain('meta.json');
  });

  it('must be a file', async () => {
    const path = await inDirectory();
    await expect(pack([], { config: { path } })).rejects.toMatchObject({ code: 'IO' });
    await expect(pack([], { config: { path: 'none.json' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
