import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { startRemora } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { json, success, withImage } from './support/run.js';

const CREATED = 'org.opencontainers.image.created';
const IMAGE = 'oci:./layout:v1';
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/documents/${name}`, import.meta.url));
const DOCUMENTS = [
  ['npm.spdx.json', 'application/spdx+json', '2026-11-22T09:20:01.043Z'],
  ['npm.cdx.json', 'application/vnd.cyclonedx+json', '2026-11-22T09:20:02.038Z'],
  ['biome.sarif', 'application/sarif+json', undefined],
  ['provenance.sigstore.json', 'application/vnd.dev.sigstore.bundle.v0.3+json', '2026-11-20T10:03:21Z'],
] as const;

let cwd = '';
beforeEach(async () => {
  cwd = await tempDir();
  for (const [name] of DOCUMENTS) await copyFile(fixture(name), join(cwd, name));
  await writeFile(join(cwd, 'package.json'), '{"name":"app","version":"1.0.0"}\n');
  await writeFile(join(cwd, 'notes.txt'), 'hello\n');
  await mkdir(join(cwd, 'reports'));
  await copyFile(fixture('biome.sarif'), join(cwd, 'reports', 'biome.sarif'));
  await run('push', IMAGE, 'notes.txt');
});

async function run(...words: string[]) {
  const { code, stdout, stderr } = await runHere([...words, '--json'], cwd);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('attach without --artifact-type', () => {
  it.each(DOCUMENTS)('knows %s, in a layout and in a registry', async (name, artifactType, created) => {
    const { image } = await withImage();
    for (const subject of [IMAGE, image]) {
      const told = await run('attach', subject, name, '--dry-run');
      const done = await run('attach', subject, name);
      expect(done).toMatchObject({ digest: told.digest, artifactType, layers: [{ mediaType: artifactType }] });
      expect(done.annotations?.[CREATED]).toBe(created);
      expect(await run('attach', subject, name)).toMatchObject({ digest: done.digest, result: 'exists' });
    }
  });

  it('makes the same bytes today as ever', async () => {
    expect(await run('attach', IMAGE, 'npm.spdx.json')).toMatchObject({
      digest: 'sha256:5ec12c4fc23a3ab511574ccbba88eac5cd6dfe3f0e7ec118554aa4445eb49004',
    });
    expect(await run('attach', IMAGE, 'provenance.sigstore.json')).toMatchObject({
      digest: 'sha256:3cb7025f8e4c0d38f7fb442fca9f9784607047174680b2f00957e93ad11781fe',
    });
  });

  it('knows what comes from a pipe, whatever it is called', async () => {
    const input = await readFile(fixture('npm.cdx.json'));
    const { image } = await withImage();
    for (const subject of [IMAGE, image]) {
      const piped = await json(['attach', subject, '-:from-a-pipe'], { cwd, input });
      expect(piped).toMatchObject({ artifactType: DOCUMENTS[1][1], layers: [{ size: input.length }] });
    }
    const told = await success(['attach', IMAGE, '-:npm.cdx.json', '--dry-run', '--json'], { cwd, input });
    const digest = JSON.parse(told.stdout).digest;
    expect((await run('attach', IMAGE, 'npm.cdx.json')).digest).toBe(digest);
  });

  it.each<[string, string[], string]>([
    ['JSON', ['package.json'], 'type of package.json is not recognised: it is JSON with the names "name", "version"'],
    ['text', ['notes.txt'], 'type of notes.txt is not recognised: it looks like text'],
    ['a directory', ['reports'], 'type of reports is not recognised: it is a directory'],
    ['one of two', ['biome.sarif', 'notes.txt'], 'type of notes.txt is not recognised: it looks like text'],
    [
      'two of two types',
      ['biome.sarif', 'npm.spdx.json'],
      'biome.sarif is a SARIF report, npm.spdx.json is an SPDX document (JSON), wanted files of one type',
    ],
    ['no file', [], 'argument FILE is missing'],
  ])('refuses %s with what was seen, and the flag', async (_what, files, message) => {
    const { registry, image } = await withImage();
    const before = await tree(cwd);
    for (const subject of [IMAGE, image]) {
      const error = await failureHere(2, ['attach', subject, ...files], cwd);
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message });
      expect(error.hint).toContain('--artifact-type TYPE');
      expect(await failureHere(2, ['attach', subject, ...files, '--dry-run'], cwd)).toMatchObject({ message });
    }
    expect(await tree(cwd)).toEqual(before);
    expect(registry.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('refuses a pipe that tells nothing, without waiting for its end', async () => {
    const { child, done } = startRemora(['attach', IMAGE, '-:log'], { cwd, input: 'later' });
    child.stdin?.on('error', () => {});
    child.stdin?.write(Buffer.alloc(2 * 1024 * 1024, 'x'));
    const { code, stderr } = await done;
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('type of log is not recognised: it looks like text'),
    });
  });

  it('takes the type behind a file, and that of a config', async () => {
    expect(await run('attach', IMAGE, 'notes.txt:text/spdx')).toMatchObject({ artifactType: 'text/spdx' });
    const config = ['--config', 'package.json:application/vnd.example.config+json'];
    expect(await run('attach', IMAGE, 'notes.txt', ...config)).toMatchObject({
      artifactType: 'application/vnd.example.config+json',
      layers: [{ mediaType: 'text/plain' }],
    });
  });

  it('takes a date that is given before that of the document', async () => {
    const dateOf = async (...words: string[]) => (await run('attach', IMAGE, 'npm.spdx.json', ...words)).annotations;
    expect(await dateOf('--created', '2020-01-01T00:00:00Z')).toEqual({ [CREATED]: '2020-01-01T00:00:00Z' });
    expect(await dateOf('-a', `${CREATED}=2021-01-01T00:00:00Z`)).toEqual({ [CREATED]: '2021-01-01T00:00:00Z' });
    expect(await dateOf('--artifact-type', 'application/x')).toEqual({ [CREATED]: DOCUMENTS[0][2] });
    const options = { cwd, env: { SOURCE_DATE_EPOCH: '0' } };
    const { annotations } = await json(['attach', IMAGE, 'npm.spdx.json'], options);
    expect(annotations).toEqual({ [CREATED]: '1970-01-01T00:00:00Z' });
  });
});

describe('what was recognised', () => {
  it('is found by its type, and the newest by its date', async () => {
    await run('push', 'oci:./other:v1', 'notes.txt');
    await run('attach', 'oci:./other:v1', 'npm.spdx.json', '--created', '2000-01-01T00:00:00Z');
    const { digest } = await run('attach', 'oci:./other:v1', 'npm.spdx.json');
    const words = ['--artifact-type', 'application/spdx+json', '--latest', '-o', 'out'];
    const { artifacts } = await run('pull', 'oci:./other:v1', ...words);
    expect(artifacts).toMatchObject([{ digest, files: [{ path: 'out/npm.spdx.json' }] }]);
  });
});

describe('push without --artifact-type', () => {
  it('takes the type of the document, and none for what is nothing', async () => {
    expect(await run('push', 'oci:./pushed:v1', 'biome.sarif')).toMatchObject({
      artifactType: 'application/sarif+json',
    });
    const unknown = { artifactType: 'application/vnd.unknown.artifact.v1' };
    for (const files of [['notes.txt'], ['package.json'], ['reports'], ['biome.sarif', 'notes.txt'], []])
      expect(await run('push', 'oci:./pushed:v2', ...files)).toMatchObject(unknown);
  });

  it('takes the type from a pipe, which is read once', async () => {
    const input = Buffer.from('%PDF-1.7 and more');
    const pushed = await json(['push', 'oci:./pushed:v3', '-:a.pdf'], { cwd, input });
    expect(pushed).toMatchObject({ layers: [{ size: input.length, mediaType: 'application/pdf' }] });
  });
});
