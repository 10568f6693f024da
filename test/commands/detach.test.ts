import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { buildkitIndex, childOf, newHostedLayout } from '../operations/detach/support/detaching.js';
import { put } from '../operations/support/attached.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere, runHere } from './support/in-process.js';
import { at, digestAt, places, shown } from './support/manifest-places.js';
import { failure, SBOM } from './support/run.js';

const SCAN = 'application/sarif+json';

async function attached(place: string, type: string, cwd: string): Promise<string> {
  const { stdout, stderr, code } = await runHere(
    ['attach', place, '--artifact-type', type, 'a.txt', '--json', '--no-settle'],
    cwd,
  );
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).digest;
}

async function detachJson(words: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await runHere(['detach', '--json', '--no-settle', ...words], cwd);
  return { code, stderr, result: resultSchemas.detach.parse(JSON.parse(stdout)) };
}

async function listed(place: string, cwd: string): Promise<readonly string[]> {
  const { stdout } = await runHere(['discover', place, '--json'], cwd);
  return resultSchemas.discover.parse(JSON.parse(stdout)).referrers.map(({ digest }) => digest);
}

describe('detach', () => {
  it('removes what is meant, and says what went', async () => {
    for (const options of [{}, { referrers: 'none' } as const]) {
      const { cwd, all } = await places(options);
      for (const place of all) {
        const subject = await digestAt(place, cwd);
        const sbom = await attached(place, SBOM, cwd);
        const scan = await attached(place, SCAN, cwd);
        const { stdout, stderr, code } = await runHere(['detach', '-y', '--no-settle', '--kind', 'sbom', place], cwd);
        expect([code, stderr]).toEqual([0, '']);
        expect(stdout).toBe(
          `Removed 1 of ${shown(at(place, `@${subject}`))}:\n  sbom  ${SBOM}  ${sbom}  ${via(place, options)}\n`,
        );
        expect(await listed(place, cwd)).toEqual([scan]);
        const rest = await detachJson(['--all', '--yes', place], cwd);
        expect([rest.code, rest.stderr]).toEqual([0, '']);
        expect(rest.result).toEqual({
          reference: shown(at(place, `@${subject}`)),
          removed: [
            {
              reference: shown(at(place, `@${scan}`)),
              mediaType: 'application/vnd.oci.image.manifest.v1+json',
              digest: scan,
              size: expect.any(Number),
              artifactType: SCAN,
              kind: 'scan',
              subject,
              via: [via(place, options)],
            },
          ],
          orphans: [],
          blocked: [],
          incomplete: [],
        });
        expect(await digestAt(place, cwd)).toBe(subject);
        // Nothing is left to be removed.
        expect((await failureHere(3, ['detach', '--all', '--yes', place], cwd)).code).toBe('NO_MATCH');
      }
    }
  });

  it('shows what would go, and changes nothing', async () => {
    const { cwd, registry, all } = await places();
    for (const place of all) {
      const sbom = await attached(place, SBOM, cwd);
      const signature = await attached(at(place, `@${sbom}`), 'application/vnd.example.signature', cwd);
      const { stdout, code } = await runHere(['detach', '--dry-run', '--kind', 'sbom', place], cwd);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Would remove 1 of \S+:\n {2}sbom .*\nWould stay without its subject .*:\n {2}- /);
      const { result } = await detachJson(['--dry-run', '--kind', 'sbom', '--recursive', place], cwd);
      expect([result.dryRun, result.removed.map(({ digest }) => digest)]).toEqual([true, [signature, sbom]]);
      expect(await listed(place, cwd)).toEqual([sbom]);
    }
    expect(registry.count('DELETE')).toBe(0);
  });

  it('names what stays without its subject', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const sbom = await attached(place, SBOM, cwd);
      const signature = await attached(at(place, `@${sbom}`), 'application/vnd.example.signature', cwd);
      const { stdout } = await runHere(['detach', '-y', '--all', place], cwd);
      expect(stdout).toContain(
        `Stays without its subject (--recursive takes it along):\n  -  application/vnd.example.sig`,
      );
      expect(stdout).toContain(signature);
    }
  });

  it('says which attachments of attachments fit as well', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const scan = await attached(place, SCAN, cwd);
      await attached(place, SBOM, cwd);
      const sbom = await attached(at(place, `@${scan}`), SBOM, cwd);
      const { stdout, stderr, code } = await runHere(['detach', '-y', '--no-settle', '--kind', 'sbom', place], cwd);
      expect(code).toBe(0);
      expect(stdout).toContain('\nFits as well and stays, attached to another attachment:\n  sbom');
      expect(stdout).toContain(sbom);
      expect(stderr).toContain(
        `1 attachment of another fits, and stays: give detach what it is attached to as the SUBJECT, like ${scan}\n`,
      );
    }
  });

  it('prunes a layout, and no registry', async () => {
    const { cwd, image } = await places();
    await attached('./layout:v1', SBOM, cwd);
    const { stdout } = await runHere(['detach', '-y', '--all', '--prune', './layout:v1'], cwd);
    // The one file is in the image as well, and so is the empty config.
    expect(stdout).toMatch(/\nPruned 0 blobs, 0 B\n$/);
    await attached(image, SBOM, cwd);
    const { code, message } = await failureHere(2, ['detach', '-y', '--all', '--prune', image], cwd);
    expect([code, message]).toEqual(['INVALID_ARGUMENT', expect.stringContaining('is not a layout')]);
    expect(await listed(image, cwd)).toHaveLength(1);
  });

  it('wants to be told what is meant, and asks nothing of the registry before', async () => {
    const { cwd, registry, all } = await places();
    registry.clear();
    for (const place of all) {
      const { code, hint } = await failureHere(2, ['detach', '--yes', place], cwd);
      expect([code, hint]).toEqual(['INVALID_ARGUMENT', expect.stringContaining('--all')]);
      for (const words of [
        ['--kind', 'nonsense'],
        ['--digest', 'x'],
        ['--annotation', '=x'],
        ['--artifact-type', '?'],
      ]) {
        await failureHere(2, ['detach', '--yes', ...words, place], cwd);
      }
    }
    expect(registry.requests).toEqual([]);
  });

  it('wants a confirmation, and asks nothing of the registry without one', async () => {
    const { cwd, registry, all } = await places();
    registry.clear();
    for (const place of all) {
      const { message, hint } = await failure(2, ['detach', '--all', place], { cwd });
      expect([message, hint]).toEqual([expect.stringContaining('confirmation'), expect.stringContaining('--yes')]);
    }
    expect(registry.requests).toEqual([]);
  });

  it.each(['api', 'none'] as const)(
    'says what a registry refuses, and goes on when run again (%s)',
    async (referrers) => {
      let allowed = 1;
      const { cwd, image } = await places({
        referrers,
        fault: ({ method }) => (method === 'DELETE' && allowed-- <= 0 ? { status: 405 } : undefined),
      });
      for (const type of [SBOM, SCAN, 'application/vnd.example.other']) await attached(image, type, cwd);
      const first = await detachJson(['--all', '--yes', image], cwd);
      expect(first.code).toBe(1);
      expect([first.result.removed.length, first.result.incomplete.map(({ error }) => error.code)]).toEqual([
        1,
        ['UNSUPPORTED', 'UNSUPPORTED'],
      ]);
      expect(first.stderr).toMatch(/does not let manifests be deleted\n/);
      expect(first.stderr).toMatch(/remora: removed 1 of 3: The operator of the registry can allow it/);
      expect((await listed(image, cwd)).toSorted()).toEqual(
        first.result.incomplete.map(({ digest }) => digest).toSorted(),
      );
      const { stdout, code } = await runHere(['detach', '--all', '-y', '--no-settle', image], cwd);
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^Still to be removed:\n(?: {2}.*\n){2}$/)]);
      allowed = 100;
      const last = await detachJson(['--all', '--yes', image], cwd);
      expect([last.code, last.result.removed.length, last.result.incomplete]).toEqual([0, 2, []]);
      expect(await listed(image, cwd)).toEqual([]);
    },
  );
});

describe('what BuildKit keeps in an index', () => {
  it.each([[[]], [['--platform', 'linux/amd64']]])('stays, with a reason and a way out (%j)', async (words) => {
    const store = await newHostedLayout();
    const index = await buildkitIndex(store, true);
    const cwd = await tempDir();
    const place = `oci:${store.directory}:multi`;
    const count = words.length === 0 ? 4 : 2;
    const { code, stdout, stderr } = await runHere(['detach', '--all', '--yes', ...words, place], cwd);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Stays, since BuildKit keeps it inside the image index, which would get another digest without it\n {2}Build again with --provenance=false --sbom=false, or push a new index without its entry:\n {2}sbom /,
    );
    expect(stdout.match(/index-child/g)).toHaveLength(count);
    expect(stderr).toBe(`remora: ${count} selected attachments were kept; the result says why\n`);
    const scan = await put(store, childOf(index), SCAN);
    const { result, ...rest } = await detachJson(['--all', '--yes', ...words, place], cwd);
    expect([rest.code, result.removed.map(({ digest }) => digest), result.blocked.length]).toEqual([
      1,
      [scan.digest],
      count,
    ]);
    // A selection that does not mean them is simply done.
    await put(store, childOf(index), SCAN);
    expect((await detachJson(['--kind', 'scan', '--yes', ...words, place], cwd)).code).toBe(0);
  });
});

function via(place: string, options: object): string {
  if (place.startsWith('.')) return 'layout-entry';
  return 'referrers' in options ? 'tag' : 'api';
}

describe.skipIf(noTerminal)(`on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  it.each([
    ['y\r', 0, 'Removed 1 of '],
    ['n\r', 1, 'nothing was removed'],
    ['\r', 1, 'nothing was removed'],
  ])('shows what would go, asks, and does with %j what was said', async (answer, code, said) => {
    const { cwd } = await places();
    const sbom = await attached('./layout:v1', SBOM, cwd);
    const result = await onTerminal('detach --all ./layout:v1', [['? [y/N] ', answer]], { cwd });
    expect(result.code, result.output).toBe(code);
    expect(result.output).toMatch(/Would remove 1 of \S+:\r?\n {2}sbom [\s\S]*Remove this\? \[y\/N\] /);
    expect(result.output).toContain(said);
    expect(await listed('./layout:v1', cwd)).toEqual(code === 0 ? [] : [sbom]);
  });
});
