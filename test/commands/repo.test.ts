import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const HEX = 'a'.repeat(64);

async function layouts() {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'all/notes.txt': 'no layout' });
  for (const name of ['team/app', 'team/other', 'app']) await runHere(['push', `./all/${name}:v1`, 'a.txt'], cwd);
  return cwd;
}

describe('repo list', () => {
  it('lists repositories one a line, sorted, below a prefix if wanted', async () => {
    const { registry } = await withImage({ pageSize: 1 });
    for (const name of ['zoo', 'team/app/x', 'teams/a']) registry.repository(name);
    const cwd = await tempDir();
    const list = (place: string) => runHere(['repo', 'list', place], cwd);
    expect(await list(registry.host)).toEqual({ code: 0, stdout: 'team/app\nteam/app/x\nteams/a\nzoo\n', stderr: '' });
    expect((await list(`${registry.host}/team`)).stdout).toBe('team/app\nteam/app/x\n');
    const none = await list(`${registry.host}/none`);
    expect(none).toEqual({ code: 0, stdout: '', stderr: `remora: ${registry.host}/none has no repositories\n` });
    const { stdout } = await runHere(['repo', 'list', `${registry.host}/zoo`, '--json'], cwd);
    expect(resultSchemas['repo list'].parse(JSON.parse(stdout))).toEqual({
      registry: registry.host,
      repositories: ['zoo'],
    });
  });

  it('lists layouts as serve has them', async () => {
    const cwd = await layouts();
    for (const place of ['./all', 'oci:all', `${cwd}/all`])
      expect(await runHere(['repo', 'list', place], cwd)).toEqual({
        code: 0,
        stdout: 'app\nteam/app\nteam/other\n',
        stderr: '',
      });
    expect((await runHere(['repo', 'list', './all/app'], cwd)).stdout).toBe('app\n');
    const { stdout } = await runHere(['repo', 'list', './all/team', '--json'], cwd);
    expect(resultSchemas['repo list'].parse(JSON.parse(stdout))).toEqual({
      directory: './all/team',
      repositories: ['app', 'other'],
    });
  });

  it('never takes a question without an answer for an empty list', async () => {
    const cwd = await tempDir();
    for (const status of [404, 405]) {
      const { registry } = await withImage({
        fault: ({ path }) => (path.includes('_catalog') ? { status } : undefined),
      });
      const { code, hint } = await failureHere(1, ['repo', 'list', registry.host], cwd);
      expect([code, hint]).toEqual(['UNSUPPORTED', expect.stringContaining('repo tags')]);
    }
    const { registry } = await withImage({ fault: () => ({ status: 403 }) });
    await failureHere(4, ['repo', 'list', registry.host], cwd);
    await failureHere(3, ['repo', 'list', './none'], cwd);
  });

  it('says what is wrong with the place', async () => {
    const cwd = await layouts();
    for (const place of [
      'name',
      'ghcr.io/UPPER',
      'ghcr.io/a:v1',
      './all:v1',
      'oci-archive:x.tar',
      './x.tar',
      'https://ghcr.io',
    ])
      await failureHere(2, ['repo', 'list', place], cwd);
  });
});

describe('repo tags', () => {
  it('lists tags, sorted, over all pages', async () => {
    const { registry } = await withImage({ pageSize: 2 });
    const { tags } = registry.repository('team/app');
    const digest = tags.get('v1') ?? '';
    for (const tag of ['v10', 'B', 'a', 'v2']) tags.set(tag, digest);
    const cwd = await tempDir();
    const result = await runHere(['repo', 'tags', `${registry.host}/team/app`], cwd);
    expect(result).toEqual({ code: 0, stdout: 'B\na\nv1\nv10\nv2\n', stderr: '' });
  });

  it('leaves out tags named after a digest, and says how many', async () => {
    const { registry } = await withImage();
    const { tags } = registry.repository('team/app');
    const digest = tags.get('v1') ?? '';
    for (const end of ['', '.sig', '.att', '.sbom', '.other']) tags.set(`sha256-${HEX}${end}`, digest);
    const cwd = await tempDir();
    const place = `${registry.host}/team/app`;
    const shown = await runHere(['repo', 'tags', place], cwd);
    expect(shown.stdout).toBe(`sha256-${HEX}.other\nv1\n`);
    expect(shown.stderr).toBe('remora: not shown: tags named after a digest (4); --all shows them\n');
    const all = await runHere(['repo', 'tags', '--all', place], cwd);
    expect([all.stdout.split('\n').length, all.stderr]).toEqual([7, '']);
    const { stdout } = await runHere(['repo', 'tags', place, '--json'], cwd);
    expect(resultSchemas['repo tags'].parse(JSON.parse(stdout))).toEqual({
      reference: place,
      tags: [`sha256-${HEX}.other`, 'v1'],
      hidden: 4,
    });
  });

  it('tells no tags from no repository', async () => {
    const { registry } = await withImage();
    registry.repository('team/empty');
    const cwd = await tempDir();
    const empty = await runHere(['repo', 'tags', `${registry.host}/team/empty`], cwd);
    expect(empty).toEqual({ code: 0, stdout: '', stderr: `remora: ${registry.host}/team/empty has no tags\n` });
    expect((await failureHere(3, ['repo', 'tags', `${registry.host}/team/none`], cwd)).code).toBe('NOT_FOUND');
    expect((await failureHere(3, ['repo', 'tags', './none'], cwd)).code).toBe('NOT_FOUND');
  });

  it('lists the names in a layout', async () => {
    const cwd = await tempDir();
    await runHere(['push', './out:v1,latest'], cwd);
    expect(await runHere(['repo', 'tags', './out'], cwd)).toEqual({ code: 0, stdout: 'latest\nv1\n', stderr: '' });
  });

  it('wants a repository alone', async () => {
    const cwd = await tempDir();
    for (const place of ['ghcr.io/a/b:v1', `ghcr.io/a/b@sha256:${HEX}`, './out:v1'])
      expect((await failureHere(2, ['repo', 'tags', place], cwd)).message).toContain('wanted a repository alone');
  });

  it('never acts on the terminal with names of others', async () => {
    const { registry } = await withImage();
    const { tags } = registry.repository('team/app');
    tags.set('\u001b[2J', tags.get('v1') ?? '');
    registry.repository('evil\u001b[2J');
    const cwd = await tempDir();
    for (const args of [
      ['repo', 'tags', `${registry.host}/team/app`],
      ['repo', 'list', registry.host],
    ]) {
      for (const more of [[], ['--json']]) {
        const { stdout } = await runHere([...args, ...more], cwd);
        expect(stdout).not.toContain('\u001b');
        expect(stdout).toContain('\\u001b[2J');
      }
    }
  });
});
