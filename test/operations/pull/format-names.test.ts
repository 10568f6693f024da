import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import zlib, { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import type { Annotations } from '../../../src/oci/values/annotations.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { type PullOptions, pull } from '../../../src/operations/pull/pull.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { type HostileEntry, makeFiles, tarOf } from '../../io/tar/support/archives.js';
import { begin } from '../../store/registry/support/start.js';
import { Content, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

const HELM = 'application/vnd.cncf.helm.config.v1+json';
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const PROVENANCE = 'application/vnd.cncf.helm.chart.provenance.v1.prov';
const KIT = 'application/vnd.kitops.modelkit.config.v1+json';
const MODEL = 'application/vnd.cncf.model.config.v1+json';
const kit = (type: string) => `application/vnd.kitops.modelkit.${type}.v1.tar+gzip`;
const model = (ending: string) => `application/vnd.cncf.model.weight.v1.${ending}`;

interface Layer {
  readonly type: string;
  readonly bytes: Buffer | string;
  readonly path?: string;
  readonly annotations?: Annotations;
}

/** Writes an artifact as another tool would: nothing checks its names. */
async function written(
  store: Store,
  configType: string,
  config: unknown,
  layers: readonly Layer[],
  annotations?: Annotations,
) {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const contents = [
    new Content(Buffer.from(text), { mediaType: configType }),
    ...layers.map(({ type, bytes }) => new Content(Buffer.from(bytes), { mediaType: type })),
  ];
  await writeContent(store, ...contents);
  const [first, ...others] = contents.map(({ descriptor }) => descriptor);
  const manifest = buildManifest({
    config: first,
    layers: others.map((descriptor, n) => {
      const { path, annotations: own } = layers[n] ?? {};
      const all = { ...own, ...(path !== undefined && { 'org.cncf.model.filepath': path }) };
      return { ...descriptor, ...(Object.keys(all).length > 0 && { annotations: all }) };
    }),
    annotations,
  });
  await store.putManifest(manifest, { child: true });
  return manifest;
}

async function pulled(store: Store, { descriptor }: Manifest, options: PullOptions = {}) {
  const output = options.output ?? (await tempDir());
  const result = await pull({ store, digest: descriptor.digest }, { ...options, output });
  return { output, names: await tree(output), files: result.artifacts.flatMap(({ files }) => files) };
}

const tarGz = async (...entries: HostileEntry[]) => gzipSync(await tarOf(entries));
const directory = (name: string): HostileEntry => ({ name, type: 'directory' });

describe.each(PLACES)('a chart of Helm from %s', (_what, open) => {
  it('is an archive with its name and version, and its provenance stands beside it', async () => {
    const store = await open();
    const layers = [
      { type: CHART, bytes: 'chart' },
      { type: PROVENANCE, bytes: 'signed' },
    ];
    const chart = await written(store, HELM, { name: 'app', version: '1.0.0+b1' }, layers);
    const { output, names } = await pulled(store, chart);
    expect(names).toEqual(['app-1.0.0+b1.tgz', 'app-1.0.0+b1.tgz.prov']);
    expect(await readFile(join(output, 'app-1.0.0+b1.tgz'), 'utf8')).toBe('chart');
    expect((await pulled(store, chart, { files: ['*.prov'] })).names).toEqual(['app-1.0.0+b1.tgz.prov']);
  });
});

describe('a chart', () => {
  it('needs its config only where the manifest does not name it', async () => {
    const { registry, store } = await begin();
    const named = { 'org.opencontainers.image.title': 'app', 'org.opencontainers.image.version': '2.0.0' };
    const layers = [{ type: CHART, bytes: 'chart' }];
    const chart = await written(store, HELM, { name: 'app', version: '2.0.0' }, layers, named);
    registry.clear();
    expect((await pulled(store, chart)).names).toEqual(['app-2.0.0.tgz']);
    expect(registry.count('GET', '/blobs/')).toBe(1);
    const bare = await written(store, HELM, { name: 'app', version: '3.0.0' }, layers);
    registry.clear();
    expect((await pulled(store, bare, { files: ['*.tgz'] })).names).toEqual(['app-3.0.0.tgz']);
    expect(registry.count('GET', '/blobs/')).toBe(2);
  });

  it.each(['none', '{"name":"a","name":"b","version":"1"}', '[]', '{"name":"app"}'])(
    'has a name of its digest where the config is %s',
    async (config) => {
      const store = await newLayout();
      const { names } = await pulled(store, await written(store, HELM, config, [{ type: CHART, bytes: 'chart' }]));
      expect(names).toEqual([expect.stringMatching(/^sha256-[0-9a-f]{64}\.tar\.gz$/)]);
    },
  );

  it.each([
    ['../app', '1.0.0'],
    ['/app', '1.0.0'],
    ['app\\x', '1.0.0'],
    ['.git/app', '1.0.0'],
    ['app', '1/../../../x'],
    ['a\u0000', '1.0.0'],
  ])('is refused where its name is %j and its version %j', async (name, version) => {
    const store = await newLayout();
    const chart = await written(store, HELM, { name, version }, [{ type: CHART, bytes: 'chart' }]);
    const root = await tempDir();
    await makeFiles(root, { 'out/': '' });
    await expect(pulled(store, chart, { output: join(root, 'out') })).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(await tree(root)).toEqual(['out/']);
    // The hint of the error.
    expect((await pulled(store, chart, { name: '{digest:12}{ext}' })).names).toHaveLength(1);
  });

  it('fails where its config cannot be fetched', async () => {
    const { store } = await begin({
      fault: ({ method, path }) => (method === 'GET' && path.includes('/blobs/') ? { status: 403 } : undefined),
    });
    const chart = await written(store, HELM, { name: 'app', version: '1.0.0' }, [{ type: CHART, bytes: 'chart' }]);
    await expect(pulled(store, chart)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

/** A frame of zstd with one block that is not compressed (RFC 8878). */
function zstdOf(bytes: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfd2fb528);
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
}

describe.each(PLACES)('a model from %s', (_what, open) => {
  it('of ModelPack has its files and directories', async () => {
    const store = await open();
    const layers = [
      { type: model('raw'), bytes: 'weights', path: 'weights/model.gguf' },
      { type: model('tar'), bytes: await tarOf([{ name: 'tokenizer/a.json', content: 'a' }]), path: 'tokenizer' },
      {
        type: model('tar+gzip'),
        bytes: await tarGz({ name: 'doc/README.md', content: 'doc' }),
        path: './doc/README.md',
      },
    ];
    const { output, names, files } = await pulled(store, await written(store, MODEL, {}, layers));
    expect(names).toEqual(['doc/README.md', 'tokenizer/a.json', 'weights/model.gguf']);
    expect(await readFile(join(output, 'doc/README.md'), 'utf8')).toBe('doc');
    expect(files.map(({ result }) => result)).toEqual(['written', 'written', 'written']);
  });

  it('of KitOps has the paths of its Kitfile', async () => {
    const store = await open();
    const gguf = await tarGz(directory('models'), { name: 'models/a.gguf', content: 'gguf' });
    const code = await tarGz({ name: 'src/main.py', content: 'main' }, { name: 'README.md', content: 'read' });
    const data = await tarGz({ name: 'train/1.csv', content: '1' });
    const digest = digestOf;
    const kitfile = {
      manifestVersion: '1.0.0',
      model: { path: './models/a.gguf', digest: digest(gguf) },
      code: [{ path: '.', digest: digest(code) }],
      datasets: [{ path: 'data/train' }],
    };
    const layers = [
      { type: kit('model'), bytes: gguf },
      { type: kit('code'), bytes: code },
      { type: kit('dataset'), bytes: data },
    ];
    const { output, names } = await pulled(store, await written(store, KIT, kitfile, layers));
    expect(names).toEqual(['README.md', 'data/train/1.csv', 'models/a.gguf', 'src/main.py']);
    expect(await readFile(join(output, 'models/a.gguf'), 'utf8')).toBe('gguf');
  });
});

describe('a model', () => {
  const one = async (store: Store, path: string, ...entries: HostileEntry[]) =>
    written(store, MODEL, {}, [{ type: model('tar'), bytes: await tarOf(entries), path }]);

  it.skipIf(!('createZstdDecompress' in zlib))('is unpacked from zstd', async () => {
    const store = await newLayout();
    const tar = await tarOf([directory('code'), { name: 'code/run.py', content: 'run' }]);
    const layers = [{ type: model('tar+zstd'), bytes: zstdOf(tar), path: 'code' }];
    expect((await pulled(store, await written(store, MODEL, {}, layers))).names).toEqual(['code/run.py']);
  });

  it('has the same content under two paths', async () => {
    const store = await newLayout();
    const layers = ['a/__init__.py', 'b/__init__.py'].map((path) => ({ type: model('raw'), bytes: '', path }));
    const { names } = await pulled(store, await written(store, MODEL, {}, layers));
    expect(names).toEqual(['a/__init__.py', 'b/__init__.py']);
  });

  it('is left alone where it is there, and replaced where it differs', async () => {
    const store = await newLayout();
    const layers = [
      { type: model('tar'), bytes: await tarOf([{ name: 'a.gguf', content: 'a' }]), path: 'a.gguf' },
      { type: model('tar'), bytes: await tarOf([{ name: 'dir/b', content: 'b' }]), path: 'dir' },
    ];
    const whole = await written(store, MODEL, {}, layers);
    const { output } = await pulled(store, whole);
    const again = await pulled(store, whole, { output, noClobber: true });
    expect(again.files.map(({ result }) => result)).toEqual(['unchanged', 'unchanged']);
    await writeFile(join(output, 'dir/b'), 'mine');
    await expect(pulled(store, whole, { output, noClobber: true })).rejects.toMatchObject({
      code: 'EXISTS',
      message: expect.stringContaining('dir/b'),
    });
    expect((await pulled(store, whole, { output })).files.map(({ result }) => result)).toEqual([
      'unchanged',
      'written',
    ]);
    await writeFile(join(output, 'a.gguf'), 'mine');
    await expect(pulled(store, whole, { output, noClobber: true })).rejects.toMatchObject({ code: 'EXISTS' });
    const { files } = await pulled(store, whole, { output });
    expect(files).toMatchObject([{ replaced: [expect.stringMatching(/a\.gguf$/)] }, { result: 'unchanged' }]);
    expect(await tree(output)).toEqual(['a.gguf', 'dir/b']);
  });

  it('of all files keeps what is not of it, and hidden files need a chosen directory', async () => {
    const store = await newLayout();
    const whole = await one(
      store,
      '.',
      directory('.'),
      { name: 'a.txt', content: 'a' },
      { name: 'd/b.txt', content: 'b' },
    );
    const output = await tempDir();
    await makeFiles(output, { 'mine.txt': 'mine' });
    expect((await pulled(store, whole, { output })).names).toEqual(['a.txt', 'd/b.txt', 'mine.txt']);
    expect((await pulled(store, whole, { output, noClobber: true })).files).toMatchObject([{ result: 'unchanged' }]);
    const hidden = await one(store, '.', { name: '.bashrc', content: 'evil' });
    await inDirectory();
    await expect(pull({ store, digest: hidden.descriptor.digest })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await tree('.')).toEqual([]);
  });

  it('stays packed under a name of a template, and on standard output', async () => {
    const store = await newLayout();
    const whole = await one(store, 'dir', { name: 'dir/a', content: 'a' });
    const { names, output } = await pulled(store, whole, { name: '{title}{ext}' });
    expect(names).toEqual(['dir.tar']);
    expect((await readFile(join(output, 'dir.tar'))).subarray(0, 5).toString()).toBe('dir/a');
  });

  it.each<[string, string, readonly HostileEntry[]]>([
    ['a path that leads up', '../up', [{ name: '../up', content: 'x' }]],
    ['an absolute path', '/etc/x', [{ name: '/etc/x', content: 'x' }]],
    ['a drive', 'c:/x', [{ name: 'c:/x', content: 'x' }]],
    ['a path of git', '.git/config', [{ name: '.git/config', content: 'x' }]],
    ['an entry beside its path', 'dir', [{ name: 'other/x', content: 'x' }]],
    ['an entry above its path', 'a/b', [{ name: 'a/c', content: 'x' }]],
    ['an entry that leads up', 'dir', [{ name: 'dir/../../x', content: 'x' }]],
    ['an entry that leads up, for all files', '.', [{ name: '../x', content: 'x' }]],
    ['a link for its path', 'dir', [{ name: 'dir', type: 'symlink', linkname: '/etc' }]],
    ['a link out of it', 'dir', [{ name: 'dir/l', type: 'symlink', linkname: '../../x' }]],
    [
      'a file, and one below it',
      'dir',
      [
        { name: 'dir', content: 'x' },
        { name: 'dir/x', content: 'x' },
      ],
    ],
    [
      'twins in letter case',
      '.',
      [
        { name: 'a', content: 'x' },
        { name: 'a', content: 'y' },
      ],
    ],
  ])('is refused for %s', async (_what, path, entries) => {
    const store = await newLayout();
    const whole = await one(store, path, ...entries);
    const root = await tempDir();
    await makeFiles(root, { 'out/': '' });
    await expect(pulled(store, whole, { output: join(root, 'out') })).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(await tree(root)).toEqual(['out/']);
  });

  it.each<[string, readonly Layer[]]>([
    ['case twins', ['a.gguf', 'A.GGUF'].map((path) => ({ type: model('raw'), bytes: path, path }))],
    ['a file and one below it', ['a', 'a/b'].map((path) => ({ type: model('raw'), bytes: path, path }))],
    ['two files of one path', ['1', '2'].map((bytes) => ({ type: model('raw'), bytes, path: 'a' }))],
  ])('is refused for %s', async (_what, layers) => {
    const store = await newLayout();
    const output = await tempDir();
    const whole = await written(store, MODEL, {}, layers);
    await expect(pulled(store, whole, { output })).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(await tree(output)).toEqual([]);
  });

  it('is refused where an archive and another layer have the same file', async () => {
    const store = await newLayout();
    const file = (name: string): HostileEntry => ({ name, content: 'x' });
    const tar = async (path: string, ...names: string[]) => ({
      type: model('tar'),
      bytes: await tarOf(names.map(file)),
      path,
    });
    for (const layers of [
      [await tar('.', 'a', 'b'), { type: model('raw'), bytes: 'other', path: 'b' }],
      [await tar('d', 'd'), { type: model('raw'), bytes: 'other', path: 'd/x' }],
      [await tar('d', 'd/e/x'), await tar('d/e', 'd/e/x')],
    ]) {
      const output = await tempDir();
      const whole = await written(store, MODEL, {}, layers);
      await expect(pulled(store, whole, { output })).rejects.toMatchObject({ code: 'MALFORMED' });
      expect(await tree(output)).toEqual([]);
    }
  });

  it('does not go through a link, nor onto a directory', async () => {
    const store = await newLayout();
    const whole = await one(store, 'sub/a', { name: 'sub/a', content: 'a' });
    const root = await tempDir();
    await makeFiles(root, { 'out/': '', 'elsewhere/': '' });
    await symlink('../elsewhere', join(root, 'out/sub'));
    await expect(pulled(store, whole, { output: join(root, 'out') })).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await tree(join(root, 'elsewhere'))).toEqual([]);
    const output = await tempDir();
    await makeFiles(output, { 'sub/a/mine': 'mine' });
    await expect(pulled(store, whole, { output })).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await tree(output)).toEqual(['sub/a/mine']);
  });
});
