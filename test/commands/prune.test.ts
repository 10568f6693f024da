import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere, runHere } from './support/in-process.js';
import { at, digestAt, places, shown } from './support/manifest-places.js';

const SCAN = 'application/sarif+json';
const SPAN = ['--older-than', '90d'];

async function attached(place: string, created: string, cwd: string): Promise<string> {
  const words = ['attach', place, '--artifact-type', SCAN, '--created', created, 'a.txt', '--json', '--no-settle'];
  const { stdout, stderr, code } = await runHere(words, cwd);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).digest;
}

async function pruneJson(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await runHere(['prune', '--json', '--no-settle', ...words], cwd);
  return { code, stderr, result: resultSchemas.prune.parse(JSON.parse(stdout)) };
}

const repositoryOf = (place: string) => at(place, '');

describe('prune', () => {
  it('shows the plan, removes it, and says what goes and why', async () => {
    for (const options of [{}, { referrers: 'none' } as const]) {
      const { cwd, all } = await places(options);
      for (const place of all) {
        const subject = await digestAt(place, cwd);
        const old = await attached(place, '2020-01-01T00:00:00Z', cwd);
        const young = await attached(place, '2020-03-01T00:00:00Z', cwd);
        const repository = repositoryOf(place);
        const words = ['--keep-latest', '1', '--kind', 'scan', repository];
        const plan = await pruneJson([...words, '--dry-run'], cwd);
        expect(plan.code).toBe(0);
        expect(plan.result).toMatchObject({
          reference: shown(repository),
          planned: [{ digest: old, subject, kind: 'scan', rules: ['keep-latest'], created: '2020-01-01T00:00:00Z' }],
          removed: [],
          kept: {},
          dryRun: true,
        });
        const { stdout, code } = await runHere(['prune', '-y', '--no-settle', ...words], cwd);
        expect(code).toBe(0);
        expect(stdout).toContain(
          `Removed 1 of ${shown(repository)}:\n  scan  ${SCAN}  ${old}  2020-01-01T00:00:00Z  keep-latest; of ${subject}\n`,
        );
        const rest = await pruneJson([...words, '--yes'], cwd);
        expect([rest.code, rest.result.planned, rest.result.removed]).toEqual([0, [], []]);
        const last = await pruneJson([...SPAN, '-y', repository], cwd);
        expect(last.result.removed.map(({ digest }) => digest)).toEqual([young]);
        expect(await digestAt(place, cwd)).toBe(subject);
      }
    }
  });

  it('says that nothing goes, and what a registry does not show', async () => {
    const { cwd, image } = await places();
    const { code, stdout, stderr } = await runHere(['prune', '--orphans', '--dry-run', repositoryOf(image)], cwd);
    expect([code, stdout]).toEqual([0, `Would remove nothing of ${repositoryOf(image)}\n`]);
    expect(stderr).toContain('attachments of images that no tag leads to were not seen; the registry');
    expect(stderr).toContain('prune on its directory');
    const layout = await runHere(['prune', '--orphans', '--yes', './layout'], cwd);
    expect(layout).toMatchObject({ code: 0, stdout: 'Removed nothing of oci:./layout\n', stderr: '' });
  });

  it.each([
    [2, ['./layout', '-y'], 'prune needs a rule'],
    [2, ['./layout:v1', '--orphans', '-y'], 'has a tag, wanted a repository alone'],
    [2, ['./layout', '--keep-latest', '0', '-y'], 'greater than or equal to 1'],
    [2, ['./layout', '--older-than', '90', '-y'], 'is not an age'],
    [2, ['./layout', '--older-than', '0d', '-y'], 'is not an age'],
    [2, ['./layout', '--older-than', 'soon', '-y'], 'is not an age'],
    [2, ['./layout', '--orphans', '--kind', 'nothing', '-y'], '--kind is "nothing", wanted one of'],
    [2, ['./layout', '--duplicates', '--subjects-in', './layout', '-y'], '--orphans'],
    [2, ['./layout', '--orphans'], 'asks for a confirmation'],
    [3, ['./missing', '--orphans', '-y'], 'does not exist'],
    [3, ['./layout', '--orphans', '--subjects-in', './missing', '-y'], 'does not exist'],
  ])('ends with %i for %j', async (code, words, message) => {
    const { cwd } = await places();
    expect((await failureHere(code, ['prune', ...words], cwd)).message).toContain(message);
  });

  it.each([
    [401, 4],
    [403, 4],
    [500, 6],
  ])('ends with INCOMPLETE and removes nothing while tags answer %i', async (status, code) => {
    let isBroken = false;
    const { cwd, image, registry } = await places({
      fault: ({ path }) => (isBroken && path.endsWith('/manifests/v1') ? { status } : undefined),
    });
    isBroken = true;
    const error = await failureHere(code, ['prune', ...SPAN, '-y', repositoryOf(image)], cwd);
    expect(error.code).toBe('INCOMPLETE');
    expect(registry.count('DELETE', '')).toBe(0);
  });

  it.skipIf(noTerminal !== undefined).each([
    ['y', 0, 'Removed 1 of'],
    ['n', 1, 'nothing was removed'],
  ])('asks on a terminal, and takes %s', async (answer, code, said) => {
    const cwd = await tempDir();
    const { cwd: from } = await places();
    const old = await attached('./layout:v1', '2020-01-01T00:00:00Z', from);
    const result = await onTerminal(`prune ${SPAN.join(' ')} ./layout`, [['? [y/N] ', `${answer}\n`]], { cwd: from });
    expect(result.code, result.output).toBe(code);
    expect(result.output).toMatch(/Would remove 1 of \S+:\r?\n {2}scan [\s\S]*Remove this\? \[y\/N\] /);
    expect(result.output).toContain(said);
    const { stdout } = await runHere(['discover', `${from}/layout:v1`, '--json'], cwd);
    const left = resultSchemas.discover.parse(JSON.parse(stdout)).referrers.map(({ digest }) => digest);
    expect(left).toEqual(code === 0 ? [] : [old]);
  });

  it('tells in a plan that only the place itself was asked for images', async () => {
    const { cwd } = await places();
    await attached('./layout:v1', '2020-01-01T00:00:00Z', cwd);
    await runHere(['push', './layout:v2', 'index.json'], cwd);
    const gone = await digestAt('./layout:v2', cwd);
    const orphan = await attached('./layout:v2', '2020-01-01T00:00:00Z', cwd);
    await runHere(['manifest', 'delete', '-y', `./layout@${gone}`], cwd);
    const alone = await runHere(['prune', '--orphans', '--dry-run', './layout'], cwd);
    expect(alone.stdout).toContain(`${orphan}  2020-01-01T00:00:00Z  orphans; of ${gone}\n`);
    expect(alone.stdout).toContain('Images were looked for in oci:./layout alone; --subjects-in names other places\n');
    await runHere(['push', './other:v1', 'a.txt', 'index.json'], cwd);
    const both = await runHere(['prune', '--orphans', '--subjects-in', './other', '-y', './layout'], cwd);
    expect([both.code, both.stdout]).toEqual([0, expect.stringContaining('Removed 1 of oci:./layout:\n')]);
    expect(both.stdout).not.toContain('looked for');
  });

  it('ends with 1 where the registry deletes nothing', async () => {
    const { cwd, image } = await places({ deletes: false });
    await attached(image, '2020-01-01T00:00:00Z', cwd);
    const { code, result } = await pruneJson([...SPAN, '-y', repositoryOf(image)], cwd);
    expect([code, result.removed]).toEqual([1, []]);
    expect(result.incomplete).toMatchObject([{ error: { code: 'UNSUPPORTED' } }]);
  });
});
