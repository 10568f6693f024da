import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tempDir, tree } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';

const run = promisify(execFile);

/** A layout with an artifact of one file, one of two, and one of a directory. */
async function withArtifacts() {
  const cwd = await tempDir();
  await mkdir(join(cwd, 'in/site'), { recursive: true });
  await writeFile(join(cwd, 'in/bom.json'), '{"a":1}');
  await writeFile(join(cwd, 'in/site/a.html'), '<p>');
  const push = (tag: string, ...files: string[]) => runHere(['push', `oci:./l:${tag}`, ...files], cwd);
  await push('one', 'in/bom.json');
  await push(
    'typed',
    'in/bom.json:application/vnd.cyclonedx+json',
    '--layer-annotation',
    'in/bom.json:org.opencontainers.image.title=bom',
  );
  await push('two', 'in/bom.json', 'in/site/a.html');
  await push('site', 'in/site');
  return cwd;
}

const pull = (tag: string, ...more: string[]) => ['pull', `oci:./l:${tag}`, ...more];

describe('pull -o', () => {
  it('- is standard output', async () => {
    const cwd = await withArtifacts();
    expect(await runHere(pull('one', '-o', '-'), cwd)).toEqual({ code: 0, stdout: '{"a":1}', stderr: '' });
    expect(await tree(cwd)).not.toContain('-/in/bom.json');
    expect(await runHere(pull('two', '--stdout'), cwd)).toMatchObject({ code: 7, stdout: '' });
    const several = await runHere(pull('two', '-o', '-'), cwd);
    expect(several).toMatchObject({ code: 7, stdout: '' });
    expect(several.stderr).toContain('2 files would go to standard output, wanted one');
    for (const other of [['--json'], ['--name', '{title}'], ['-n']])
      expect(await runHere(pull('one', '-o', '-', ...other), cwd)).toMatchObject({ code: 2 });
  });

  it.each([
    ['one', 'new.json', 'new.json'],
    ['one', 'deep/down/NEW.JSON', 'deep/down/NEW.JSON'],
    ['one', './x.spdx.json', 'x.spdx.json'],
    ['typed', 'x.cdx.json', 'x.cdx.json'],
    ['one', 'new', 'new/in/bom.json'],
    ['one', 'new.txt', 'new.txt/in/bom.json'],
    ['one', 'new.json/', 'new.json/in/bom.json'],
    ['one', '.json', '.json/in/bom.json'],
    ['one', 'there.json', 'there.json/in/bom.json'],
    ['two', 'new.json', 'new.json/in/bom.json'],
    ['site', 'new.html', 'new.html/in/site/a.html'],
  ])('of %s to %s makes %s', async (tag, output, made) => {
    const cwd = await withArtifacts();
    await mkdir(join(cwd, 'there.json'));
    const before = new Set(await tree(cwd));
    const { code, stdout } = await runHere(pull(tag, '-o', output), cwd);
    expect([code, (await tree(cwd)).filter((name) => !before.has(name))]).toMatchObject([
      0,
      expect.arrayContaining([made]),
    ]);
    expect(stdout).toContain(`${made.replace('/a.html', '')}  `);
  });

  it('of one file keeps it, replaces it, and refuses to', async () => {
    const cwd = await withArtifacts();
    await writeFile(join(cwd, 'old.json'), 'old');
    await symlink('old.json', join(cwd, 'link.json'));
    expect(await runHere(pull('one', '-n', '-o', 'link.json'), cwd)).toMatchObject({ code: 7 });
    expect(await readFile(join(cwd, 'old.json'), 'utf8')).toBe('old');
    expect(await runHere(pull('one', '-o', 'link.json'), cwd)).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'old.json'), 'utf8')).toBe('{"a":1}');
    expect(await readlink(join(cwd, 'link.json'))).toBe('old.json');
    expect((await runHere(pull('one', '-n', '-o', 'old.json'), cwd)).stdout).toContain('unchanged');
  });

  it('a pipe gets the one file', async () => {
    const cwd = await withArtifacts();
    await run('mkfifo', [join(cwd, 'pipe')]);
    const [content, { code }] = await Promise.all([
      readFile(join(cwd, 'pipe'), 'utf8'),
      runHere(pull('one', '-o', 'pipe'), cwd),
    ]);
    expect([content, code, (await lstat(join(cwd, 'pipe'))).isFIFO()]).toEqual(['{"a":1}', 0, true]);
    const { message } = await failureHere(7, pull('two', '-o', 'pipe'), cwd);
    expect(message).toBe('pipe takes one file, and 2 would go there');
  });
});
