import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { tempDir, tree } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { SBOM, success, withImage } from './support/run.js';

let cwd: string;

beforeEach(async () => {
  cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'bb:c.txt': 'b', 'meta.json': '{"m":1}' });
});

const TARGET = 'oci:./out:v1';

/** The manifest that a push with these words makes. */
async function manifestOf(...words: string[]) {
  const { code, stdout, stderr } = await runHere(['push', '--dry-run', '--json', TARGET, ...words], cwd);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).manifest;
}

const CREATED = 'org.opencontainers.image.created';

describe('push', () => {
  it('takes FILE:TYPE, splits at the last colon, and knows files with colons', async () => {
    const { layers } = await manifestOf('a.txt:application/x.a+json', 'bb:c.txt', 'meta.json');
    expect(layers.map((layer: { mediaType: string }) => layer.mediaType)).toEqual([
      'application/x.a+json',
      'text/plain',
      'application/json',
    ]);
    expect((await manifestOf('bb:c.txt:text/csv')).layers[0]).toMatchObject({
      mediaType: 'text/csv',
      annotations: { 'org.opencontainers.image.title': 'bb:c.txt' },
    });
  });

  it('takes values of flags that look like standard input as they were typed', async () => {
    expect((await manifestOf('-a', '-:k=v', 'a.txt')).annotations).toEqual({ '-:k': 'v' });
    const { stderr } = await runHere(['push', TARGET, '--config', '-:x', 'a.txt'], cwd);
    expect(stderr).toContain('neither -:x exists nor -');
  });

  it('takes annotations of the artifact and of a file, whose values may hold anything', async () => {
    const manifest = await manifestOf(
      ...['-a', 'k=v=w', '--annotation', 'empty=', 'a.txt', 'bb:c.txt'],
      ...[
        '--layer-annotation',
        'bb:c.txt:l=x:y=z',
        '--layer-annotation',
        'bb:c.txt:m=',
        '--layer-annotation',
        'a.txt:n=1',
      ],
    );
    expect(manifest.annotations).toEqual({ k: 'v=w', empty: '' });
    expect(manifest.layers[0].annotations).toMatchObject({ n: '1' });
    expect(manifest.layers[1].annotations).toMatchObject({ l: 'x:y=z', m: '' });
  });

  it('takes annotations from a file in the way of ORAS; those of the command line win', async () => {
    const file = {
      $manifest: { k: 'file', only: 'file' },
      $config: { c: 'config' },
      'a.txt': { l: 'file', m: 'file' },
    };
    await makeFiles(cwd, { 'annotations.json': JSON.stringify(file) });
    const manifest = await manifestOf(
      ...['a.txt', '--annotation-file', 'annotations.json', '--config', 'meta.json:application/x.meta+json'],
      ...['-a', 'k=flag', '--layer-annotation', 'a.txt:l=flag'],
    );
    expect(manifest.annotations).toEqual({ k: 'flag', only: 'file' });
    expect(manifest.config).toMatchObject({
      mediaType: 'application/x.meta+json',
      size: 7,
      annotations: { c: 'config' },
    });
    expect(manifest.layers[0].annotations).toMatchObject({ l: 'flag', m: 'file' });
  });

  it('renames a file by its title', async () => {
    const manifest = await manifestOf('a.txt', '--layer-annotation', 'a.txt:org.opencontainers.image.title=x/y.csv');
    expect(manifest.layers).toMatchObject([
      { mediaType: 'text/csv', annotations: { 'org.opencontainers.image.title': 'x/y.csv' } },
    ]);
  });

  it('warns of annotations in the name of OCI that OCI does not know (B24)', async () => {
    const { code, stderr } = await runHere(['push', TARGET, '-a', 'org.opencontainers.image.colour=red'], cwd);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^remora: annotation org\.opencontainers\.image\.colour is not defined by OCI/);
  });

  it('writes a date when it is told to, and never on its own', async () => {
    expect((await manifestOf('a.txt')).annotations).toBeUndefined();
    expect((await manifestOf('--created', '2026-02-03T04:05:06Z')).annotations).toEqual({
      [CREATED]: '2026-02-03T04:05:06Z',
    });
    const before = Date.now();
    const now = (await manifestOf('--created', 'now')).annotations[CREATED];
    expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(now) - before)).toBeLessThan(5000);
    vi.stubEnv('SOURCE_DATE_EPOCH', '1767225600');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await manifestOf('a.txt')).annotations).toEqual({ [CREATED]: '2026-01-01T00:00:00Z' });
    expect((await manifestOf('--created', '2026-02-03T04:05:06Z')).annotations[CREATED]).toBe('2026-02-03T04:05:06Z');
    const given = await manifestOf('-a', `${CREATED}=2020-01-01T00:00:00Z`);
    expect(given.annotations[CREATED]).toBe('2020-01-01T00:00:00Z');
    vi.stubEnv('SOURCE_DATE_EPOCH', '');
    expect((await manifestOf('a.txt')).annotations).toBeUndefined();
  });

  it('writes the manifest to a file as well, byte for byte', async () => {
    const words = ['a.txt', '--export-manifest', 'm.json', '--json'];
    const { digest } = JSON.parse((await runHere(['push', TARGET, ...words], cwd)).stdout);
    expect(digestOf(await readFile(join(cwd, 'm.json')))).toBe(digest);
    const image = ['attach', TARGET, '--artifact-type', SBOM, ...words];
    const attached = JSON.parse((await runHere(image, cwd)).stdout);
    expect(digestOf(await readFile(join(cwd, 'm.json')))).toBe(attached.digest);
    expect((await tree(cwd)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('sets several tags at once, in a registry too', async () => {
    const { registry } = await withImage();
    const { stdout } = await runHere(['push', `${registry.host}/team/new:v1,v1.0,latest`, 'a.txt', '--json'], cwd);
    const { digest, tags } = JSON.parse(stdout);
    expect(tags).toEqual(['v1', 'v1.0', 'latest']);
    expect([...registry.repository('team/new').tags]).toEqual(tags.map((tag: string) => [tag, digest]));
  });
});

describe('--dry-run', () => {
  it('touches nothing: no file, no layout, no registry', async () => {
    const { registry } = await withImage();
    const before = await tree(cwd);
    for (const target of [TARGET, `${registry.host}/team/new:v1`]) {
      const { code, stdout, stderr } = await runHere(['push', '--dry-run', target, 'a.txt'], cwd);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 2, layers: [{ size: 1 }] });
      expect(stderr).toMatch(/^remora: dry run: nothing was written; the manifest would be sha256:[0-9a-f]{64}\n$/);
    }
    expect(await tree(cwd)).toEqual(before);
    expect(registry.requests).toEqual([]);
  });

  it('of attach asks for the subject and for nothing else, and tells the digest that comes out', async () => {
    const { registry, image } = await withImage();
    const args = ['attach', image, '--artifact-type', SBOM, 'a.txt', '--json'];
    const told = JSON.parse((await runHere([...args, '--dry-run'], cwd)).stdout);
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /v2/team/app/manifests/v1',
    ]);
    const done = JSON.parse((await runHere(args, cwd)).stdout);
    expect(done.digest).toBe(told.digest);
    expect(told.manifest.subject).toMatchObject({ digest: done.subject.digest });
  });
});

describe('standard input', () => {
  it.each([
    [['-:sbom.json'], 'sbom.json', 'application/json'],
    [['-:sbom.json:text/csv'], 'sbom.json', 'text/csv'],
    [['-', '--name', 'sbom.json'], 'sbom.json', 'application/json'],
    [['--name', 'x', '-:sbom.json'], 'sbom.json', 'application/json'],
  ])('as %j', async (words, title, mediaType) => {
    const { stdout } = await success(['push', '--dry-run', TARGET, ...words], { cwd, input: '{"spdx":1}' });
    expect(JSON.parse(stdout).layers).toMatchObject([
      { mediaType, size: 10, annotations: { 'org.opencontainers.image.title': title } },
    ]);
  });

  it('goes through a registry and comes back on standard output, byte for byte', async () => {
    const { registry, image } = await withImage();
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
    const layer = ['--layer-annotation', 'blob.bin:k=v'];
    await success(['attach', image, '--artifact-type', 'application/x', '-:blob.bin', ...layer], { cwd, input });
    const { stdout } = await success(['pull', image, '--latest', '--json', '-o', 'out'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      artifacts: [{ files: [{ path: 'out/blob.bin', digest: digestOf(input) }] }],
    });
    expect((await readFile(join(cwd, 'out/blob.bin'))).equals(input)).toBe(true);
    expect(registry.count('PUT', '/manifests/')).toBe(1);
  });
});
