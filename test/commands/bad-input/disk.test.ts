import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { noise } from '../../store/support/artifacts.js';
import { remora } from '../../support/remora.js';
import { tempDir, tree } from '../../support/temp.js';
import { CANNOT_MOUNT, makeReadOnly, smallDisk } from '../support/disk.js';
import { failureHere, runHere } from '../support/in-process.js';
import { failure, SBOM, success, withImage } from '../support/run.js';

const LARGE = noise(600_000).bytes;

async function withFiles() {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'large.bin': LARGE, 'small.txt': 'small' });
  return cwd;
}

describe.skipIf(CANNOT_MOUNT)(`a disk that is full${CANNOT_MOUNT ? ` (skipped: ${CANNOT_MOUNT})` : ''}`, () => {
  it('ends a push into a layout there, which stays as it was', async () => {
    const cwd = await withFiles();
    const disk = await smallDisk('400k');
    await success(['push', `${disk}/layout:v1`, 'small.txt'], { cwd });
    const before = [await tree(disk), await readText(disk, 'layout/index.json')];
    const error = await failure(1, ['push', `${disk}/layout:v2`, 'large.bin'], { cwd });
    expect(error).toMatchObject({ code: 'IO', message: expect.stringContaining('the disk is full') });
    expect(error.message).toContain(disk);
    expect([await tree(disk), await readText(disk, 'layout/index.json')]).toEqual(before);
    await success(['attach', `${disk}/layout:v1`, '--artifact-type', SBOM, 'small.txt'], { cwd });
  });

  it('ends a pull to there, and the old file stays', async () => {
    const cwd = await withFiles();
    await success(['push', 'oci:./layout:v1', 'small.txt', 'large.bin'], { cwd });
    const disk = await smallDisk('400k');
    await makeFiles(disk, { 'large.bin': 'old' });
    const error = await failure(1, ['pull', 'oci:./layout:v1', '-o', disk], { cwd });
    expect(error).toMatchObject({ code: 'IO', message: `${disk} cannot be written: the disk is full` });
    expect(await readdir(disk)).toEqual(['large.bin']);
    expect(await readText(disk, 'large.bin')).toBe('old');
  });

  it('ends what would be put aside there: standard input for a registry, a file for standard output', async () => {
    const cwd = await withFiles();
    const disk = await smallDisk('400k');
    const { registry, image } = await withImage();
    const options = { cwd, env: { TMPDIR: disk }, input: LARGE };
    const target = `${registry.host}/team/other:v1`;
    const error = await failure(1, ['push', target, '-:large.bin'], options);
    expect(error.message).toContain('the disk is full');
    expect(registry.repository('team/other').tags.size).toBe(0);
    await success(['push', target, 'large.bin'], { cwd });
    const pulled = await remora(['pull', target, '--stdout'], options);
    expect([pulled.code, pulled.stdout]).toEqual([1, '']);
    expect(await readdir(disk)).toEqual([]);
    expect(image).toContain(registry.host);
  });
});

describe.skipIf(CANNOT_MOUNT)(`a read-only disk${CANNOT_MOUNT ? ` (skipped: ${CANNOT_MOUNT})` : ''}`, () => {
  it('refuses what writes, and serves what reads', async () => {
    const cwd = await withFiles();
    const disk = await smallDisk('4m');
    await runHere(['push', `${disk}/layout:v1`, 'small.txt'], cwd);
    await makeFiles(disk, { 'out/small.txt': 'small' });
    makeReadOnly(disk);
    const before = await tree(disk);
    const attach = ['attach', `${disk}/layout:v1`, '--artifact-type', SBOM, 'large.bin'];
    const writes = [['push', `${disk}/layout:v2`, 'large.bin'], attach];
    const pull = ['pull', `${disk}/layout:v1`];
    for (const args of [...writes, [...pull, '-o', `${disk}/other`], [...pull, '-o', disk]]) {
      const error = await failureHere(1, args, cwd);
      expect(error).toMatchObject({ code: 'IO', message: expect.stringContaining('is on a read-only file system') });
      expect(error.message).toContain(disk);
    }
    expect((await runHere([...pull, '-o', `${disk}/out`], cwd)).stdout).toContain('unchanged');
    expect((await runHere([...pull, '--stdout'], cwd)).stdout).toBe('small');
    for (const command of ['discover', 'inspect', 'resolve'])
      expect((await runHere([command, `${disk}/layout:v1`], cwd)).code).toBe(0);
    expect(await tree(disk)).toEqual(before);
  });
});

describe('a place for output', () => {
  it('that does not exist, or is a directory, for --export-manifest is told before anything is pushed', async () => {
    const cwd = await withFiles();
    const before = await tree(cwd);
    const push = ['push', 'oci:./layout:v1', 'small.txt', '--export-manifest'];
    expect(await failureHere(3, [...push, 'none/manifest.json'], cwd)).toMatchObject({
      code: 'NOT_FOUND',
      message: 'none does not exist',
    });
    expect(await tree(cwd)).toEqual(before);
    expect(await failureHere(7, [...push, '.'], cwd)).toMatchObject({ code: 'EXISTS' });
    expect(await tree(cwd)).toEqual(before);
  });

  it('that is a file, for the directory of pull, is told and stays', async () => {
    const cwd = await withFiles();
    await runHere(['push', 'oci:./layout:v1', 'small.txt'], cwd);
    for (const output of ['large.bin', 'large.bin/below']) {
      const error = await failureHere(7, ['pull', './layout:v1', '-o', output], cwd);
      expect(error.message).toBe('large.bin is a file, wanted a directory');
    }
    expect((await readFile(join(cwd, 'large.bin'))).equals(LARGE)).toBe(true);
  });
});
