import { appendFile, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSchema } from '../../src/operations/check/schema.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere, runHere } from './support/in-process.js';
import { places } from './support/manifest-places.js';
import { failure, SBOM, withImage } from './support/run.js';

/** A layout with something that is attached. */
async function layout() {
  const { cwd, image, registry } = await places();
  await runHere(['attach', './layout:v1', '--artifact-type', SBOM, 'a.txt'], cwd);
  return { cwd, image, registry, path: join(cwd, 'layout') };
}

async function checkJson(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await runHere(['check', '--json', ...words], cwd);
  return { code, stderr, result: checkSchema.parse(JSON.parse(stdout)) };
}

describe('check', () => {
  it('says that all is well, and what was checked', async () => {
    const { cwd, image } = await layout();
    const whole = await runHere(['check', './layout'], cwd);
    expect(whole).toEqual({ code: 0, stderr: '', stdout: 'checked 2 manifests, 2 blobs, 1.1 kB: no errors\n' });
    const quick = await runHere(['check', '--quick', './layout:v1'], cwd);
    expect(quick.stdout).toMatch(/^checked 1 manifest, 2 blobs, \d+ B \(blobs by size\): no errors\n$/);
    const remote = await runHere(['check', '-r', image], cwd);
    expect([remote.code, remote.stderr]).toEqual([0, '']);
    expect(remote.stdout).toMatch(/^checked 1 manifest, 2 blobs, \d+ B \(blobs by size\): no errors\n$/);
    const deep = await checkJson(['--deep', image], cwd);
    expect(deep.result).toMatchObject({
      reference: expect.stringContaining('@sha256:'),
      deep: true,
      findings: [],
      incomplete: [],
    });
  });

  it('names what is wrong, the worst first, and ends with 5', async () => {
    const { cwd, path } = await layout();
    await writeFile(join(path, 'notes.txt'), '');
    await rm(join(path, 'oci-layout'));
    const { code, stdout, stderr } = await runHere(['check', './layout'], cwd);
    const error = 'remora: error: layout-file-missing in oci:./layout: oci-layout does not exist\n';
    expect([code, stderr]).toEqual([5, error]);
    expect(stdout.split('\n')).toEqual([
      'error layout-file-missing: oci-layout does not exist (--fix)',
      'note file-foreign: notes.txt is not part of the layout',
      'checked 2 manifests, 2 blobs, 1.1 kB: 1 error, 1 note',
      '',
    ]);
    const json = await checkJson(['./layout'], cwd);
    expect([json.code, json.stderr, json.result.findings.map(({ code }) => code)]).toEqual([
      5,
      error,
      ['layout-file-missing', 'file-foreign'],
    ]);
  });

  it('ends with 0 where there are warnings alone', async () => {
    const { cwd, path } = await layout();
    await writeFile(join(path, 'blobs', 'layer.tar'), '');
    const { code, stdout } = await runHere(['check', './layout'], cwd);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^warning blob-name: .*: no errors, 1 warning\n$/s)]);
  });

  it('makes names of files harmless for a terminal', async () => {
    const { cwd, path } = await layout();
    await writeFile(join(path, 'a\u001b[2Jb'), '');
    expect((await runHere(['check', './layout'], cwd)).stdout).toContain('note file-foreign: a\\u001b[2Jb is');
  });

  it('repairs when it is told to, and shows before what it would do', async () => {
    const { cwd, path } = await layout();
    await rm(join(path, 'oci-layout'));
    const dry = await runHere(['check', '--fix', '--dry-run', './layout'], cwd);
    expect([dry.code, dry.stderr]).toEqual([5, expect.stringMatching(/^remora: error: layout-file-missing in /)]);
    expect(dry.stdout).toMatch(
      /^would fix layout-file-missing: oci-layout does not exist\nchecked .*: 1 error, 1 would be fixed\n$/,
    );
    expect(await readdir(path)).not.toContain('oci-layout');
    const fixed = await checkJson(['--fix', '--yes', './layout'], cwd);
    expect(fixed).toMatchObject({
      code: 0,
      stderr: '',
      result: { findings: [], fixed: [{ code: 'layout-file-missing' }] },
    });
    expect(await readdir(path)).toContain('oci-layout');
    const again = await runHere(['check', '--fix', '--yes', './layout'], cwd);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/: no errors\n$/) });
  });

  it('brings back from another copy', async () => {
    const { cwd, path } = await layout();
    await cp(path, join(cwd, 'copy'), { recursive: true });
    for (const name of await readdir(join(path, 'blobs', 'sha256')))
      await appendFile(join(path, 'blobs', 'sha256', name), ' ');
    expect((await runHere(['check', './layout'], cwd)).code).toBe(5);
    const dry = await checkJson(['--fetch-from', './copy', '--dry-run', './layout'], cwd);
    expect(dry).toMatchObject({ code: 5, result: { dryRun: true, findings: [] } });
    const { code, stdout } = await runHere(['check', '--fetch-from', './copy', './layout'], cwd);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^(fixed blob-(size|digest): .*\n){4}checked .*: no errors\n$/),
    ]);
    expect((await runHere(['check', './layout'], cwd)).code).toBe(0);
  });

  it('refuses what makes no sense, before anything is asked', async () => {
    const { cwd, image, registry } = await layout();
    registry.clear();
    for (const [words, message] of [
      [['--fix', './layout'], 'asks for a confirmation'],
      [['--fix', '--yes', './layout:v1'], 'repaired as a whole'],
      [['--fix', '--yes', image], 'is not a layout directory'],
      [['--fetch-from', './layout', image], 'is not a layout directory'],
      [['--deep', '--quick', image], '--quick'],
    ] as const) {
      const found = await failureHere(2, ['check', ...words], cwd);
      expect(found.message).toContain(message);
    }
    expect(registry.requests).toEqual([]);
  });

  it('fails with 3 where nothing is', async () => {
    const { cwd, image } = await layout();
    await writeFile(join(cwd, 'file'), '');
    for (const place of ['./nowhere', './file', '.', './layout:v2', image.replace(':v1', ':v2')])
      expect((await failureHere(3, ['check', place], cwd)).code).toBe('NOT_FOUND');
  });

  it.each([
    [403, 4],
    [500, 6],
  ])('never calls fine what a registry answers with %i', async (status, code) => {
    const { image } = await withImage({ fault: ({ path }) => (path.includes('/blobs/') ? { status } : undefined) });
    const cwd = await tempDir();
    const text = await runHere(['check', image], cwd);
    expect(text.code).toBe(code);
    expect(text.stdout).toMatch(/: no errors, 2 not checked\n$/);
    expect(text.stderr).toMatch(/^remora: error: could not check blob .*\n.*\nremora: more may be wrong/);
    const json = await checkJson([image], cwd);
    expect([json.code, json.result.incomplete.length]).toEqual([code, 2]);
  });
});

describe.skipIf(noTerminal)(`check on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  it.each([
    ['y\r', 0, 'no errors'],
    ['n\r', 5, 'nothing was repaired'],
  ])('shows what it would repair, asks, and does with %j what was said', async (answer, code, said) => {
    const { cwd, path } = await layout();
    await rm(join(path, 'oci-layout'));
    const result = await onTerminal('check --fix ./layout', [['? [y/N] ', answer]], { cwd });
    expect(result.code, result.output).toBe(code);
    expect(result.output).toMatch(/would fix\S* layout-file-missing[\s\S]*Repair this\? \[y\/N\] /);
    expect(result.output).toContain(said);
    expect((await readdir(path)).includes('oci-layout')).toBe(code === 0);
  });
});

it('check as a program', async () => {
  const cwd = await tempDir();
  expect((await failure(3, ['check', './nowhere'], { cwd })).code).toBe('NOT_FOUND');
});
