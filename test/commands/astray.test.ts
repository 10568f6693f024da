import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { failureHere } from './support/in-process.js';
import { failure, success, withImage } from './support/run.js';

/** No proxy listens there: a name that leads to Docker Hub ends at it. */
const env = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost,127.0.0.1', REMORA_RETRY_DELAY: '1' };

/** Files, layouts, an archive and an empty directory. */
let template: string;

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'remora-astray-'));
  const cwd = template;
  await mkdir(join(cwd, 'sub'));
  await mkdir(join(cwd, 'redis'));
  for (const name of ['a.txt', 'sbom.json', 'noext']) await writeFile(join(cwd, name), '{}');
  await success(['push', 'oci:layout:v1', 'a.txt'], { cwd });
  await success(['copy', 'oci:layout:v1', 'oci:sub/deep:v1'], { cwd });
  await success(['copy', 'oci:layout:v1', 'oci-archive:sub/app.tar'], { cwd });
});
afterAll(() => rm(template, { recursive: true }));

async function begin(): Promise<string> {
  const cwd = await tempDir();
  await cp(template, cwd, { recursive: true });
  return cwd;
}

describe('swapped arguments', () => {
  it.each([
    ['attach', 'sbom.json', 'ghcr.io/x:v1'],
    ['attach', './sbom.json', 'oci:layout:v1'],
    ['attach', 'sbom.json:application/spdx+json', `localhost:1/x@sha256:${'a'.repeat(64)}`],
    ['push', 'a.txt', 'localhost:1/x:v1,v2'],
    ['push', 'noext', 'layout:v1'],
    ['push', '-:name', 'ghcr.io/x/y:v1'],
    ['blob put', 'a.txt', 'oci:./layout'],
    ['manifest put', 'a.txt', 'localhost:1/x:v1'],
    ['attach', './sbom.json', './layout:v1'],
  ])('of %s %s %s are named', async (command, file, place) => {
    const cwd = await begin();
    const error = await failure(2, [...command.split(' '), file, place], { cwd, env });
    expect(error.message).toContain('swapped arguments');
    expect(error.hint).toBe(`Write remora ${command} ${place} ${file}`);
  });

  it('of a file that is missing are named, too', async () => {
    const cwd = await begin();
    const error = await failure(2, ['attach', 'missing.json', 'ghcr.io/x/y:v1'], { cwd, env });
    expect(error.message).toBe('"missing.json" looks like a file, and "ghcr.io/x/y:v1" a place: swapped arguments');
    expect(error.hint).toBe('Write remora attach ghcr.io/x/y:v1 missing.json');
  });

  it.each(['push', 'attach'])('are a file alone: %s', async (command) => {
    const cwd = await begin();
    const error = await failure(2, [command, './a.txt'], { cwd, env });
    expect(error.message).toBe('"./a.txt" is a file, wanted an image or artifact');
    expect(error.hint).toBe(`Write remora ${command} ghcr.io/owner/app:v1 ./a.txt`);
  });

  it('are not blamed for a file that is missing, or a name that a file has as well', async () => {
    const cwd = await begin();
    expect((await failure(3, ['push', 'oci:layout:v2', 'missing.txt'], { cwd })).message).toContain('does not exist');
    await success(['push', 'oci:layout:v2', 'noext', 'a.txt'], { cwd });
  });
});

describe('a name without a registry', () => {
  it.each([
    [['inspect', 'layout:v1'], 'oci:layout:v1', 'docker.io/library/layout:v1'],
    [['discover', 'layout'], 'oci:layout', 'docker.io/library/layout'],
    [['repo', 'tags', 'layout'], 'oci:layout', 'docker.io/library/layout'],
    [['copy', 'sub/deep:v1', 'oci:new'], 'oci:sub/deep:v1', 'docker.io/sub/deep:v1'],
    [['pull', 'sub/app.tar'], 'oci-archive:sub/app.tar', 'docker.io/sub/app.tar'],
    [['check', 'layout'], 'oci:layout', 'docker.io/library/layout'],
    [['push', 'layout:v2', 'a.txt'], 'oci:layout:v2', 'docker.io/ACCOUNT/layout:v2'],
    [['push', 'new:v1', 'a.txt'], 'oci:new:v1', 'docker.io/ACCOUNT/new:v1'],
    [['attach', 'redis:v1', 'sbom.json'], 'oci:redis:v1', 'docker.io/ACCOUNT/redis:v1'],
    [['copy', 'oci:layout:v1', 'other:v1'], 'oci:other:v1', 'docker.io/ACCOUNT/other:v1'],
    [['tag', 'layout:v1', 'v2'], 'oci:layout:v1', 'docker.io/ACCOUNT/layout:v1'],
  ])('is not asked for at Docker Hub: %j', async (args, path, name) => {
    const cwd = await begin();
    const { hint } = await failure(2, args, { cwd, env });
    expect(hint).toBe(`Write ${path} for the path, ${name} for a name on Docker Hub`);
  });

  it.each([
    ['inspect', 'redis:7'],
    ['inspect', 'noext'],
    ['resolve', 'docker.io/library/layout:v1'],
    ['resolve', 'alpine'],
  ])('leads there where it may: %s %s', async (...args) => {
    const cwd = await begin();
    expect((await failure(6, args, { cwd, env })).message).toMatch(/registry-1\.docker\.io|prox/);
  });
});

describe('a place that cannot be written', () => {
  it('is the same mistake for each command', async () => {
    const cwd = await begin();
    for (const place of ['oci-archive:sub/app.tar', 'dir:image', './sub/app.tar']) {
      const commands = [
        ['push', place, 'a.txt'],
        ['attach', place, 'sbom.json'],
        ['tag', place, 'v2'],
        ['blob', 'put', place, 'a.txt'],
        ['detach', '--all', '--yes', place],
        ...(place.startsWith('dir:') ? [['copy', 'oci:layout:v1', place]] : []),
      ];
      for (const args of commands)
        expect([args, (await failureHere(1, args, cwd)).code]).toEqual([args, 'UNSUPPORTED']);
    }
  });

  it('is no directory named ~', async () => {
    const cwd = await begin();
    for (const place of ['oci:~/x:v1', 'oci:~:v1', 'oci:$HOME/x:v1'])
      expect((await failure(2, ['push', place, 'a.txt'], { cwd })).message).toContain('the shell left');
    expect((await failure(2, ['copy', 'oci:layout:v1', 'oci-archive:~/x.tar'], { cwd })).message).toContain('"~"');
    expect((await readdir(cwd)).sort()).toEqual(['a.txt', 'layout', 'noext', 'redis', 'sbom.json', 'sub']);
  });
});

describe('check --fix', () => {
  it('refuses what it cannot repair before it asks', async () => {
    const cwd = await begin();
    const { image } = await withImage();
    for (const place of [image, 'localhost:1/x', 'oci-archive:sub/app.tar', 'dir:image']) {
      for (const more of [[], ['--dry-run'], ['--yes']])
        expect((await failureHere(2, ['check', '--fix', place, ...more], cwd)).message).toContain(
          'only those are repaired',
        );
    }
  });

  it('counts what a dry run would repair among the errors', async () => {
    const cwd = await begin();
    await rm(join(cwd, 'layout', 'oci-layout'));
    const { code, stdout } = await remora(['check', '--fix', '--dry-run', './layout'], { cwd });
    expect(stdout).toMatch(/^would fix /);
    expect([code, stdout]).toEqual([5, expect.stringMatching(/: 1 error, 1 would be fixed\n$/)]);
  });
});

it('names a repository that is missing', async () => {
  const { registry } = await withImage();
  for (const name of ['missing', 'team/other', 'a/b/c']) {
    const error = await failure(3, ['repo', 'tags', `${registry.host}/${name}`]);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: `repository ${registry.host}/${name} does not exist` });
  }
});

it('says of a name with a colon why it cannot be stored', async () => {
  const cwd = await begin();
  for (const name of ['a:b.txt', 'c:x', 'Z:1.json']) {
    await writeFile(join(cwd, name), 'x');
    const { message } = await failure(2, ['push', 'oci:layout:v3', name], { cwd });
    expect(message).toContain(`it begins like a path on drive ${name[0]}: of Windows`);
  }
  await writeFile(join(cwd, 'ab:c.txt'), 'x');
  await success(['push', 'oci:layout:v3', 'ab:c.txt'], { cwd });
});
