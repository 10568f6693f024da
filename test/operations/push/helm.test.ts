import { readdir, writeFile } from 'node:fs/promises';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type PushOptions, push } from '../../../src/operations/push/push.js';
import { tarGz } from '../../formats/recognise/support/archives.js';
import { begin } from '../../store/registry/support/start.js';
import { tempDir } from '../../support/temp.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

const CHART =
  'apiVersion: v2\nname: web\nversion: 1.2.3+b.1\ndescription: A web\nhome: https://a.example\nsources: [https://s.example]\n' +
  'maintainers: [{name: Ann, email: a@x.example}, {name: Bob}]\nannotations: {a.example/k: v, org.opencontainers.image.title: x}\n';
const FILE = 'web-1.2.3+b.1.tgz';
const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const CONTENT = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const PROV = 'application/vnd.cncf.helm.chart.provenance.v1.prov';
const chart = (files: Readonly<Record<string, string>> = {}) => tarGz({ 'web/Chart.yaml': CHART, ...files });

async function pushed(
  files: Readonly<Record<string, string | Buffer>>,
  named: readonly string[],
  options: PushOptions = {},
) {
  await inDirectory(files);
  const notes: string[] = [];
  const result = await push('oci:out:v1', named, { ...options, onNote: (note) => notes.push(note) });
  return { result, notes, content: result.manifest.content };
}
const refusal = (archive: Buffer, options: PushOptions = {}) =>
  pushed({ [FILE]: archive }, [FILE], options).then(
    () => expect.unreachable('it was packed'),
    (error: unknown) => error,
  );

describe('push of a Helm chart', () => {
  it.each(PLACES)('is packed as Helm does in %s', async (_name, open) => {
    await inDirectory({ [FILE]: await chart(), [`${FILE}.prov`]: 'signed' });
    const store = await open();
    const { manifest, ...result } = await push(store, [FILE], { tags: ['1.2.3+b.1'] });
    expect(result).toMatchObject({ artifactType: CONFIG, tags: ['1.2.3_b.1'], result: 'written' });
    const { content } = manifest;
    expect(content.artifactType).toBeUndefined();
    expect(content).toMatchObject({
      config: { mediaType: CONFIG },
      layers: [{ mediaType: CONTENT }, { mediaType: PROV, size: 6 }],
      annotations: {
        'a.example/k': 'v',
        'org.opencontainers.image.authors': 'Ann (a@x.example), Bob',
        'org.opencontainers.image.description': 'A web',
        'org.opencontainers.image.source': 'https://s.example',
        'org.opencontainers.image.title': 'web',
        'org.opencontainers.image.url': 'https://a.example',
        'org.opencontainers.image.version': '1.2.3+b.1',
      },
    });
    if (!('config' in content) || content.config === undefined) throw new Error('it has no config');
    expect(JSON.parse(await text(await store.openBlob(content.config)))).toMatchObject({
      name: 'web',
      sources: ['https://s.example'],
    });
    expect(await push(store, [FILE], { tags: ['1.2.3_b.1'] })).toMatchObject({
      digest: result.digest,
      result: 'exists',
    });
  });

  it('takes its provenance from the arguments, in either order, and the chart from a stream', async () => {
    const archive = await chart();
    const store = await newLayout();
    const files = [
      { name: FILE, content: archive },
      { name: `${FILE}.prov`, content: 'signed' },
    ];
    const one = await push(store, files);
    const two = await push(store, files.toReversed());
    expect(one.layers.map(({ mediaType }) => mediaType)).toEqual([CONTENT, PROV]);
    expect(two.digest).toBe(one.digest);
    await inDirectory({ [FILE]: archive, [`${FILE}.prov`]: 'signed' });
    expect((await push(store, [FILE])).digest).toBe(one.digest);
    expect((await push(store, [FILE], { dryRun: true })).digest).toBe(one.digest);
  });

  it('lets annotations of the user win, and writes a time only where one is given', async () => {
    const annotations = { 'org.opencontainers.image.description': 'Mine' };
    const { content } = await pushed({ [FILE]: await chart() }, [FILE], {
      annotations,
      created: '2026-01-01T00:00:00Z',
    });
    expect(content.annotations).toMatchObject({
      ...annotations,
      'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
    });
  });

  it('leaves out annotations of the chart that OCI forbids', async () => {
    const odd = `${CHART.replace('annotations: {', 'annotations: {"": e, org.opencontainers.image.created: yesterday, ')}`;
    const { content } = await pushed({ [FILE]: await tarGz({ 'web/Chart.yaml': odd }) }, [FILE]);
    expect(Object.keys(content.annotations ?? {})).not.toContain('');
    expect(content.annotations).not.toHaveProperty(['org.opencontainers.image.created']);
  });

  it('is packed as a file with as: generic, with another type, with a config, and beside other files', async () => {
    const files = { [FILE]: await chart(), 'a.txt': 'a', 'c.json': '{}', [`${FILE}.prov`]: 'signed' };
    const generic = await pushed(files, [FILE], { as: 'generic' });
    expect(generic.content).toMatchObject({
      artifactType: CONFIG,
      config: { size: 2 },
      layers: [{ mediaType: CONTENT }],
    });
    const typed = await pushed(files, [FILE], { artifactType: 'application/vnd.x' });
    expect(typed.content).toMatchObject({ artifactType: 'application/vnd.x', layers: [{}] });
    const config = await pushed(files, [FILE], { config: { path: 'c.json' } });
    expect(config.content).toMatchObject({ config: { mediaType: 'application/vnd.unknown.config.v1+json' } });
    const two = await pushed(files, [FILE, 'a.txt']);
    expect(two.content).toMatchObject({ artifactType: 'application/vnd.unknown.artifact.v1', layers: [{}, {}] });
    for (const { result } of [generic, typed, config, two]) expect(result.tags).toEqual(['v1']);
  });

  it('is found behind many entries where that is asked for', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`web/templates/${n}.yaml`, 'a: 1\n']));
    const files = { [FILE]: await tarGz({ ...many, 'web/Chart.yaml': CHART }) };
    const { content } = await pushed(files, [FILE], { as: 'helm' });
    expect(content).toMatchObject({ config: { mediaType: CONFIG }, layers: [{ mediaType: CONTENT }] });
  });

  it('leaves a .prov of another file alone', async () => {
    const { content } = await pushed({ 'a.txt': 'a', 'a.txt.prov': 'b' }, ['a.txt.prov', 'a.txt']);
    expect(content).toMatchObject({ layers: [{ size: 1 }, { mediaType: 'text/plain' }], config: { size: 2 } });
  });
});

describe('the tag of a Helm chart', () => {
  const at = async (target: string, files: readonly string[] = [FILE]) => {
    await inDirectory({ [FILE]: await chart(), 'a.txt': 'a' });
    const notes: string[] = [];
    const result = await push(target, files, { onNote: (note) => notes.push(note) });
    return { tags: result.tags, notes: notes.join('; ') };
  };

  it('is its version, where none is given', async () => {
    const { tags, notes } = await at('oci:out');
    expect(tags).toEqual(['1.2.3_b.1']);
    expect(notes).toMatch(/no tag was given: .* gets the tag 1\.2\.3_b\.1/);
    expect((await at('oci:out', ['a.txt'])).tags).toEqual([]);
  });

  it('is written without a +, and others beside it are kept', async () => {
    const { tags, notes } = await at('oci:out:1.2.3+b.1,latest');
    expect(tags).toEqual(['1.2.3_b.1', 'latest']);
    expect(notes).toBe('the tag 1.2.3+b.1 is written 1.2.3_b.1: a tag has no "+"');
    expect((await at('oci:out:1.0+x', ['a.txt'])).tags).toEqual(['1.0+x']);
  });

  it('must be one that a tag can be', async () => {
    const version = `1.0.0-${'x'.repeat(200)}`;
    await inDirectory({ [FILE]: await tarGz({ 'web/Chart.yaml': CHART.replace('1.2.3+b.1', version) }) });
    const { store } = await begin({});
    await expect(push(store, [FILE])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is said to be another than the version', async () => {
    expect((await at('oci:out:latest')).notes).toMatch(
      /found by its version 1\.2\.3\+b\.1, and gets no tag 1\.2\.3_b\.1/,
    );
  });
});

describe('beside a Helm chart', () => {
  it('a directory is not its provenance', async () => {
    const { content } = await pushed({ [FILE]: await chart(), [`${FILE}.prov/x`]: 'x' }, [FILE]);
    expect(content).toMatchObject({ config: { mediaType: CONFIG }, layers: [{ mediaType: CONTENT }] });
    const two = await pushed({ [FILE]: await chart(), [`${FILE}.prov/x`]: 'x' }, [FILE, `${FILE}.prov`]);
    expect(two.content).toMatchObject({ config: { size: 2 }, layers: [{}, {}] });
  });
});

describe('an archive that Helm could not load', () => {
  const INVALID = { code: 'INVALID_ARGUMENT', hint: expect.stringContaining('--as generic') };
  const odd = async (build: (archive: ReturnType<typeof pack>) => void) => {
    const archive = pack();
    build(archive);
    archive.finalize();
    return gzipSync(await buffer(archive));
  };

  it.each([
    [
      'a Chart.yaml twice',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        a.entry({ name: 'web/./Chart.yaml' }, CHART);
      },
      'it has Chart.yaml twice',
    ],
    [
      'a name outside',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        a.entry({ name: 'web/../../etc/passwd' }, 'x');
      },
      'outside of its directory',
    ],
    [
      'a link for its Chart.yaml',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        a.entry({ name: 'web/./Chart.yaml', type: 'symlink', linkname: '/etc/passwd' });
      },
      'is a symlink',
    ],
    [
      'a device',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        a.entry({ name: 'web/null', type: 'character-device' });
      },
      'unsupported type',
    ],
    [
      'a file that is too large',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        a.entry({ name: 'web/big' }, Buffer.alloc(5 * 1024 * 1024 + 1));
      },
      'wanted at most 5242880',
    ],
    [
      'a bomb',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART);
        for (let n = 0; n < 21; n += 1) a.entry({ name: `web/${n}` }, Buffer.alloc(5 * 1024 * 1024));
      },
      'unpacks to more than 104857600 bytes',
    ],
    [
      'an invalid version',
      (a: ReturnType<typeof pack>) => {
        a.entry({ name: 'web/Chart.yaml' }, CHART.replace('1.2.3+b.1', 'latest'));
      },
      'its version is "latest"',
    ],
  ])('is refused with %s', async (_name, build, message) => {
    const archive = await odd(build);
    expect(await refusal(archive)).toMatchObject({ ...INVALID, message: expect.stringContaining(message) });
    const { content } = await pushed({ [FILE]: archive }, [FILE], { as: 'generic' });
    expect(content).toMatchObject({ config: { size: 2 } });
  });

  it('is refused where it is cut', async () => {
    const archive = await chart({ 'web/noise': 'x'.repeat(100) });
    expect(await refusal(archive.subarray(0, -12), { as: 'helm' })).toMatchObject(INVALID);
  });

  it('is refused with as: helm for what is no chart, and for options that are another packing', async () => {
    for (const archive of [
      Buffer.from('no archive'),
      await tarGz({ 'a/b': 'c' }),
      await tarGz({ './web/Chart.yaml': CHART }),
    ])
      expect(await refusal(archive, { as: 'helm' })).toMatchObject(INVALID);
    const good = await chart();
    expect(await refusal(good, { as: 'helm', artifactType: 'application/vnd.x' })).toMatchObject(INVALID);
    await writeFile('c.json', '{}');
    expect(await refusal(good, { as: 'helm', config: { path: FILE } })).toMatchObject(INVALID);
    await inDirectory({ [FILE]: good, 'a.txt': 'a', 'd/x': 'x' });
    for (const files of [[], [FILE, 'a.txt'], ['d'], ['a.txt', 'a.txt.prov']])
      await expect(push('oci:out', files, { as: 'helm' })).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_ARGUMENT|NOT_FOUND/),
      });
  });

  it('leaves no file behind where it came as a stream', async () => {
    const [store, directory] = [await newLayout(), await tempDir()];
    vi.stubEnv('TMPDIR', directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    await push(store, [{ name: FILE, content: await chart() }]);
    const bad = await tarGz({ 'web/Chart.yaml': CHART.replace('1.2.3', 'x') });
    await expect(push(store, [{ name: FILE, content: bad }])).rejects.toMatchObject(INVALID);
    await expect.poll(() => readdir(directory)).toEqual([]);
  });
});
