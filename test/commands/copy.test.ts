import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRegistry } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { CANNOT_MOUNT, makeReadOnly, smallDisk } from './support/disk.js';
import { failureHere, runHere } from './support/in-process.js';

/** A layout `a` with an image `v1` and `v2`, a signed SBOM and a scan result. */
async function begin() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'app'), 'app');
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
  await writeFile(join(cwd, 'scan.sarif'), '{"version":"2.1.0","runs":[]}');
  await done(cwd, 'push', 'oci:a:v1,v2,latest', 'app', '--artifact-type', 'application/x.app');
  await done(cwd, 'attach', './a:v1', 'sbom.json', '--artifact-type', 'application/spdx+json');
  await done(cwd, 'attach', './a:v1', 'scan.sarif', '--artifact-type', 'application/sarif+json');
  return cwd;
}

async function done(cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runHere(args, cwd);
  expect([code, stderr.replace(/^remora: .*\n/gm, '')], stderr).toEqual([0, '']);
  return { stdout, stderr };
}

const kinds = async (cwd: string, place: string) =>
  JSON.parse((await done(cwd, 'discover', '--json', place)).stdout)
    .referrers.map(({ kind }: { kind: string }) => kind)
    .sort();
const tags = async (cwd: string, place: string) => (await done(cwd, 'repo', 'tags', place)).stdout.trim().split('\n');

it('says what it copied, and what was there already', async () => {
  const cwd = await begin();
  const { stdout, stderr } = await done(cwd, 'copy', '-r', './a:v1', './b');
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^Copied: +oci:\.\/b@sha256:\w{64}\nTags: +v1\nAttached: +2\nObjects: +7 moved \([\d.]+ kB\)\n$/,
  );
  expect((await done(cwd, 'cp', '-r', './a:v1', './b')).stdout).toContain('Objects:   0 moved (0 B), 7 there already');
});

it('gives the destination the tags that it is told, else those of the source', async () => {
  const cwd = await begin();
  await done(cwd, 'copy', './a:v1', './b:x,y');
  expect(await tags(cwd, './b')).toEqual(['x', 'y']);
  await done(cwd, 'copy', './a:v2', './b');
  expect(await tags(cwd, './b')).toEqual(['v2', 'x', 'y']);
  const { digest } = JSON.parse((await done(cwd, 'resolve', '--json', './a:v1')).stdout);
  await done(cwd, 'copy', `./a@${digest}`, './c');
  expect((await done(cwd, 'repo', 'tags', './c', '--json')).stdout).toContain('"tags": []');
  await done(cwd, 'copy', './a:v1', `./d@${digest}`);
  const error = await failureHere(7, ['copy', './a:v1', `./d@sha256:${'0'.repeat(64)}`], cwd);
  expect(error).toMatchObject({ code: 'CHANGED', found: digest });
});

it('tells of a tag that stood for something else', async () => {
  const cwd = await begin();
  await writeFile(join(cwd, 'other'), 'other');
  await done(cwd, 'push', 'oci:b:v1', 'other', '--artifact-type', 'application/x.app');
  const { stderr } = await done(cwd, 'copy', './a:v1', './b');
  expect(stderr).toMatch(
    /^remora: tag v1 stood for sha256:\w{64} before\nremora: 2 attached left behind: copy -r takes them\n$/,
  );
});

describe('several tags', () => {
  it.each([
    [['--all-tags'], ['latest', 'v1', 'v2']],
    [
      ['--tag', 'v*'],
      ['v1', 'v2'],
    ],
    [
      ['--tag', 'v?', '--tag', 'latest'],
      ['latest', 'v1', 'v2'],
    ],
    [['--tags-from', 'tags.txt'], ['v2']],
  ])('%j', async (flags, wanted) => {
    const cwd = await begin();
    await writeFile(join(cwd, 'tags.txt'), '# of this release\nv2\n\n');
    await done(cwd, 'copy', '-r', ...flags, './a', './b');
    expect(await tags(cwd, './b')).toEqual(wanted);
    expect(await kinds(cwd, `./b:${wanted.at(-1)}`)).toEqual(['sbom', 'scan']);
  });

  it('must be there, and named alone', async () => {
    const cwd = await begin();
    await writeFile(join(cwd, 'tags.txt'), 'v3\n');
    expect(await failureHere(3, ['copy', '--tags-from', 'tags.txt', './a', './b'], cwd)).toMatchObject({
      code: 'NOT_FOUND',
      expected: 'v3',
    });
    expect(await failureHere(3, ['copy', '--tag', 'x*', './a', './b'], cwd)).toMatchObject({ code: 'NO_MATCH' });
    expect(await failureHere(2, ['copy', '--all-tags', './a:v1', './b'], cwd)).toMatchObject({ found: './a:v1' });
    expect(await failureHere(2, ['copy', '--all-tags', './a', './b:v1'], cwd)).toMatchObject({ found: './b:v1' });
    expect(await readdir(cwd)).not.toContain('b');
  });
});

it('chooses what comes along', async () => {
  const cwd = await begin();
  await done(cwd, 'copy', '--kind', 'sbom', './a:v1', './b');
  expect(await kinds(cwd, './b:v1')).toEqual(['sbom']);
  await done(cwd, 'copy', '--no-kind', 'sbom', './a:v1', './c');
  expect(await kinds(cwd, './c:v1')).toEqual(['scan']);
  await done(cwd, 'copy', '--no-artifact-type', 'application/sarif+json', './a:v1', './d');
  expect(await kinds(cwd, './d:v1')).toEqual(['sbom']);
});

it('shows with --dry-run what it would do, and makes nothing', async () => {
  const cwd = await begin();
  const before = await readdir(cwd);
  const { stdout } = await done(cwd, 'copy', '-r', '--dry-run', './a:v1', './b');
  expect(stdout).toMatch(/^Would copy: +oci:\.\/b@sha256:/);
  await done(cwd, 'copy', '-r', '--dry-run', './a:v1', './b.tar');
  expect(await readdir(cwd)).toEqual(before);
});

it('prints a line for each object with --verbose', async () => {
  const cwd = await begin();
  const { stderr } = await done(cwd, 'copy', '--verbose', './a:v1', './b');
  expect(stderr.match(/: copied /g)).toHaveLength(3);
  expect(stderr).toMatch(/^remora: copied sha256:\w{64} \S+ [\d.]+ k?B$/m);
});

it('backs a repository up into an archive, and restores it', async () => {
  const cwd = await begin();
  await done(cwd, 'copy', '-r', '--all-tags', './a', 'oci-archive:backup.tar');
  const bytes = await readFile(join(cwd, 'backup.tar'));
  const error = await failureHere(7, ['copy', '-r', '--all-tags', './a', './backup.tar'], cwd);
  expect(error).toMatchObject({ code: 'EXISTS', hint: expect.stringContaining('--overwrite') });
  await done(cwd, 'copy', '-r', '--all-tags', '--overwrite', './a', './backup.tar');
  expect(await readFile(join(cwd, 'backup.tar'))).toEqual(bytes);
  const registry = await startRegistry({ referrers: 'none' });
  onTestFinished(() => registry.close());
  const repository = `${registry.host}/restored/app`;
  await done(cwd, 'copy', '-r', '--all-tags', '--no-settle', './backup.tar', repository);
  expect(await tags(cwd, repository)).toEqual(['latest', 'v1', 'v2']);
  expect(await kinds(cwd, `${repository}:v2`)).toEqual(['sbom', 'scan']);
  await done(cwd, 'copy', '-r', '--all-tags', repository, './again.tar');
  expect(await readFile(join(cwd, 'again.tar'))).toEqual(bytes);
});

it('mounts blobs within one registry', async () => {
  const cwd = await begin();
  const registry = await startRegistry({});
  onTestFinished(() => registry.close());
  await done(cwd, 'copy', './a:v1', `${registry.host}/one/app`);
  registry.clear();
  const { stdout } = await done(cwd, 'copy', '--json', `${registry.host}/one/app:v1`, `${registry.host}/two/app`);
  expect(
    JSON.parse(stdout)
      .objects.map(({ result }: { result: string }) => result)
      .sort(),
  ).toEqual(['copied', 'mounted', 'mounted']);
  expect(registry.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/uploads/'))).toEqual([]);
});

it('shows a secret to the registry that it is for, and to no other', async () => {
  const cwd = await begin();
  const [one, two] = [await startRegistry({}), await startRegistry({})];
  onTestFinished(async () => void (await Promise.all([one.close(), two.close()])));
  await done(cwd, 'copy', './a:v1', `${one.host}/app`);
  for (const [side, shown, hidden] of [
    ['destination', two, one],
    ['source', one, two],
  ] as const) {
    one.clear();
    two.clear();
    const flags = ['--header', 'x-secret: token', '--credentials-for', side];
    await done(cwd, 'copy', ...flags, `${one.host}/app:v1`, `${two.host}/app:${side}`);
    expect(shown.requests.every(({ headers }) => headers['x-secret'] === 'token')).toBe(true);
    expect(hidden.requests.every(({ headers }) => headers['x-secret'] === undefined)).toBe(true);
  }
});

describe('what cannot be written', () => {
  it('is a directory of skopeo, a folder with other things, or a file', async () => {
    const cwd = await begin();
    await mkdir(join(cwd, 'full'));
    await writeFile(join(cwd, 'full', 'mine'), 'mine');
    expect(await failureHere(1, ['copy', './a:v1', 'dir:out'], cwd)).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await failureHere(7, ['copy', './a:v1', './full'], cwd)).toMatchObject({ code: 'EXISTS' });
    expect(await readdir(join(cwd, 'full'))).toEqual(['mine']);
  });

  it.skipIf(CANNOT_MOUNT !== undefined)('since the disk is full: no tag, nothing half-written', async () => {
    const cwd = await begin();
    await writeFile(join(cwd, 'large'), Buffer.alloc(2_000_000, 'x'));
    await done(cwd, 'push', 'oci:a:large', 'large', '--artifact-type', 'application/x.app');
    const disk = await smallDisk('1m');
    expect(await failureHere(1, ['copy', './a:large', join(disk, 'b')], cwd)).toMatchObject({ code: 'IO' });
    expect((await done(cwd, 'repo', 'tags', join(disk, 'b'), '--json')).stdout).toContain('"tags": []');
    expect(await failureHere(1, ['copy', './a:large', join(disk, 'b.tar')], cwd)).toMatchObject({ code: 'IO' });
    expect(await readdir(disk)).toEqual(['b']);
    makeReadOnly(disk);
    expect(await failureHere(1, ['copy', './a:v1', join(disk, 'b')], cwd)).toMatchObject({ code: 'IO' });
  });
});
