import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { processDomain } from '../../../src/io/files/process-identity.js';
import {
  createTempFile,
  leftOverOf,
  replaceFile,
  sweepTempFiles,
  tempName,
  writeStream,
} from '../../../src/io/files/temp-file.js';
import { tempDir, tree } from '../../support/temp.js';

it('shows a file under its name only when it is whole', async () => {
  const directory = await tempDir();
  const target = join(directory, 'target');
  await writeFile(target, 'old');
  const file = await createTempFile(directory);
  await writeStream(file, Readable.from([Buffer.from('ne'), Buffer.from('w')]));
  expect(await readFile(target, 'utf8')).toBe('old');
  await file.commit(target);
  await file.discard();
  expect(await readFile(target, 'utf8')).toBe('new');
  expect(await tree(directory)).toEqual(['target']);
});

it('leaves nothing when it is discarded, also after a commit that failed', async () => {
  const directory = await tempDir();
  const [one, two] = [await createTempFile(directory), await createTempFile(directory)];
  await one.discard();
  await expect(two.commit(join(directory, 'nowhere', 'target'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await two.discard();
  await two.discard();
  expect(await tree(directory)).toEqual([]);
});

it('cannot be made where there is no directory', async () => {
  const directory = join(await tempDir(), 'nowhere');
  await expect(createTempFile(directory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('stops writing when it is interrupted, and closes the source', async () => {
  const directory = await tempDir();
  const file = await createTempFile(directory);
  const controller = new AbortController();
  const source = new PassThrough();
  source.write('some');
  setTimeout(() => controller.abort(), 20);
  await expect(writeStream(file, source, controller.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(source.destroyed).toBe(true);
  await file.discard();
  expect(await tree(directory)).toEqual([]);
});

it('replaces a file in one step, or not at all when the guard objects', async () => {
  const directory = await tempDir();
  const target = join(directory, 'target');
  await replaceFile(target, Buffer.from('one'));
  const objection = new Error('not now');
  const file = await createTempFile(directory);
  const guarded = file.commit(target, () => {
    throw objection;
  });
  await expect(guarded).rejects.toThrow('not now');
  await file.discard();
  expect(await readFile(target, 'utf8')).toBe('one');
  expect(await tree(directory)).toEqual(['target']);
});

it('sweeps files whose maker is gone, and no others', async () => {
  const directory = await tempDir();
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  const name = (domain: string, pid: number | undefined) => `.remora-${domain}-${pid}-0123456789ab.tmp`;
  const [foreign, old] = [name('ffffffffffff', 1), name('ffffffffffff', 2)];
  const kept = [tempName(), foreign, '.remora-x.tmp', 'some.tmp', `x${name(processDomain(), child.pid)}`];
  for (const file of [...kept, name(processDomain(), child.pid), old]) await writeFile(join(directory, file), 'x');
  const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60 * 1000);
  await utimes(join(directory, old), twoDaysAgo, twoDaysAgo);
  await sweepTempFiles(directory);
  expect(await tree(directory)).toEqual(kept.toSorted());
});

describe('a temporary file of a process that runs here', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);

  it.each([
    ['of this process', process.pid],
    ['of another process', process.ppid],
    ['of the first process', 1],
  ])('stays when the clock has jumped: %s', async (_, pid) => {
    const directory = await tempDir();
    const name = tempName(processDomain(), pid);
    await writeFile(join(directory, name), 'x');
    for (const date of [daysAgo(2), daysAgo(20_000), daysAgo(-400)]) {
      await utimes(join(directory, name), date, date);
      expect(await leftOverOf(join(directory, name))).toBe('in-use');
      await sweepTempFiles(directory);
      expect(await tree(directory)).toEqual([name]);
    }
  });

  it.each([0, 2 ** 31, 99_999_999_999])('is not one where no process can have the id: %d', async (pid) => {
    const directory = await tempDir();
    await writeFile(join(directory, tempName(processDomain(), pid)), 'x');
    await sweepTempFiles(directory);
    expect(await tree(directory)).toEqual([]);
  });

  it('of another host stays when the clock of this one is set forward', async () => {
    const directory = await tempDir();
    const name = tempName('ffffffffffff', 1);
    await writeFile(join(directory, name), 'x');
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 60 * 60 * 1000);
    onTestFinished(() => clock.mockRestore());
    await sweepTempFiles(directory);
    expect(await tree(directory)).toEqual([name]);
  });

  it('is dated by a link itself, not by what it leads to', async () => {
    const directory = await tempDir();
    const name = tempName('ffffffffffff', 1);
    await writeFile(join(directory, 'old'), 'x');
    await utimes(join(directory, 'old'), daysAgo(9), daysAgo(9));
    await symlink('old', join(directory, name));
    expect(await leftOverOf(join(directory, name))).toBe('in-use');
  });
});

it('sweeps without following anything, and without failing', async () => {
  const directory = await tempDir();
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  const name = `.remora-${processDomain()}-${child.pid}-0123456789a`;
  await writeFile(join(directory, 'file'), 'x');
  await symlink('file', join(directory, `${name}b.tmp`));
  await mkdir(join(directory, `${name}c.tmp`));
  await sweepTempFiles(directory);
  expect(await tree(directory)).toEqual([`${name}c.tmp/`, 'file']);
  await expect(sweepTempFiles(join(directory, 'nowhere'))).resolves.toBeUndefined();
});
