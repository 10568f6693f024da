import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { garbageSchema } from '../../src/operations/check/schema.js';
import { failureHere, runHere } from './support/in-process.js';
import { places } from './support/manifest-places.js';
import { SBOM } from './support/run.js';

/** A layout from which an attachment was detached two hours ago; its file and its manifest are left. */
async function begin() {
  const { cwd, image } = await places();
  await writeFile(join(cwd, 'own.txt'), 'nothing else has this content');
  await runHere(['attach', './layout:v1', '--artifact-type', SBOM, 'own.txt'], cwd);
  await runHere(['detach', './layout:v1', '--artifact-type', SBOM, '--yes'], cwd);
  const then = new Date(Date.now() - 2 * 3600 * 1000);
  const folder = join(cwd, 'layout/blobs/sha256');
  for (const name of await readdir(folder)) await utimes(join(folder, name), then, then);
  return { cwd, image, folder };
}

describe('check --gc', () => {
  it('says what would go, removes it, and then finds nothing more', async () => {
    const { cwd, folder } = await begin();
    const before = await readdir(folder);
    const planned = await runHere(['check', '--gc', '--dry-run', './layout'], cwd);
    expect([planned.code, planned.stderr, await readdir(folder)]).toEqual([0, '', before]);
    expect(planned.stdout).toMatch(/^(would remove sha256:[0-9a-f]{64} \d+ B\n)*would remove \d blobs?, \d+ B\n$/);
    const { stdout } = await runHere(['check', '--gc', '--json', './layout'], cwd);
    const result = garbageSchema.parse(JSON.parse(stdout));
    expect(result.blobs.length).toBe(planned.stdout.trimEnd().split('\n').length - 1);
    expect(result.blobs.length).toBe(before.length - (await readdir(folder)).length);
    expect(result.bytes).toBe(result.blobs.reduce((sum, { size }) => sum + size, 0));
    expect((await runHere(['check', './layout'], cwd)).stdout).toMatch(/: no errors\n$/);
    expect((await runHere(['check', '--gc', './layout'], cwd)).stdout).toBe('removed 0 blobs, 0 B\n');
  });

  it('keeps for the grace that it is told', async () => {
    const { cwd, folder } = await begin();
    const before = await readdir(folder);
    for (const span of ['3h', '1d', '10000s', '121m']) {
      const { stdout } = await runHere(['check', '--gc', '--grace', span, './layout'], cwd);
      expect(stdout).toMatch(/^removed 0 blobs, 0 B; \d young blobs? without a name kept\n$/);
    }
    expect(await readdir(folder)).toEqual(before);
    for (const span of ['1', '-1h', '1h30m', '1w', '', 'h', '1e3s'])
      await failureHere(2, ['check', '--gc', `--grace=${span}`, './layout'], cwd);
    expect((await runHere(['check', '--gc', '--grace=0s', './layout'], cwd)).stdout).toMatch(/removed [1-9]/);
  });

  it('is for a whole layout alone', async () => {
    const { cwd, image } = await begin();
    await runHere(['copy', './layout:v1', 'oci-archive:a.tar'], cwd);
    for (const place of [image, 'oci-archive:a.tar', 'dir:layout', './layout:v1'])
      await failureHere(2, ['check', '--gc', place], cwd);
    for (const flag of ['--fix', '--deep', '--quick', '-r', '--fetch-from=./layout'])
      await failureHere(2, ['check', '--gc', flag, './layout'], cwd);
    await failureHere(2, ['check', '--grace', '1h', './layout'], cwd);
  });

  it('refuses a name that is a layout here and a repository on Docker Hub, and names both', async () => {
    const { cwd, folder } = await begin();
    const before = await readdir(folder);
    for (const args of [['layout'], ['--dry-run', 'layout'], ['--grace', '0s', 'layout']])
      expect((await failureHere(2, ['check', '--gc', ...args], cwd)).hint).toContain('Write oci:layout for the path');
    expect(await readdir(folder)).toEqual(before);
  });

  it('ends with 6 where it cannot know what is needed, and with 3 without a layout', async () => {
    const { cwd, folder } = await begin();
    const before = await readdir(folder);
    await rm(join(cwd, 'layout/index.json'));
    await failureHere(6, ['check', '--gc', './layout'], cwd);
    expect(await readdir(folder)).toEqual(before);
    await failureHere(3, ['check', '--gc', './nowhere'], cwd);
  });
});
