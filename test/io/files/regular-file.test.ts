import { open, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRegular, readAtMost, readRegular } from '../../../src/io/files/regular-file.js';
import { DANGLING, SPECIAL } from '../../support/special-files.js';
import { tempDir } from '../../support/temp.js';

async function begin(content = 'content') {
  const directory = await tempDir();
  const [file, link] = [join(directory, 'file'), join(directory, 'link')];
  await writeFile(file, content);
  await symlink('file', link);
  const opened = async (path: string, options?: Parameters<typeof openRegular>[1]) => {
    const handle = await openRegular(path, options);
    onTestFinished(() => handle.close());
    return handle;
  };
  return { directory, file, link, opened };
}

describe.skipIf(process.platform === 'win32')('openRegular', () => {
  it('opens a file, and one behind a link, for reading or writing', async () => {
    const { file, link, opened } = await begin();
    for (const path of [file, link]) expect(String(await readAtMost(await opened(path), 100))).toBe('content');
    const writable = await opened(file, { writable: true, followLinks: false });
    await writable.write('C', 0);
    expect(await readFile(file, 'utf8')).toBe('Content');
    await expect((await opened(file)).write('x')).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('opens no link where links are not followed', async () => {
    const { link } = await begin();
    await expect(openRegular(link, { followLinks: false })).rejects.toMatchObject({
      code: 'IO',
      message: `${link} is a symlink, wanted a regular file`,
    });
  });

  it.each(SPECIAL)('does not wait for %s', async (_, make) => {
    const { directory } = await begin();
    const path = join(directory, 'special');
    await make(path);
    for (const options of [{}, { followLinks: false }, { writable: true }])
      await expect(openRegular(path, options)).rejects.toMatchObject({ code: expect.stringMatching(/^(IO|ELOOP)$/) });
  });

  it('fails as the system does where there is nothing', async () => {
    const { directory, file } = await begin();
    const [name, dangle] = DANGLING;
    await dangle(join(directory, name));
    for (const path of [join(directory, 'none'), join(directory, name)])
      await expect(openRegular(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(openRegular(join(file, 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('readAtMost', () => {
  it.each([0, 1, 4095, 4096, 4097, 300_000])('reads %d bytes, and not one more than it may', async (size) => {
    const { file, opened } = await begin('x'.repeat(size));
    for (const most of [size, size + 1, size * 2 + 5000])
      expect((await readAtMost(await opened(file), most))?.length).toBe(size);
    for (const most of [size - 1, 0].filter((most) => most >= 0 && most < size))
      expect(await readAtMost(await opened(file), most)).toBeUndefined();
  });

  it('counts what a file gives, whatever it says of its size', async () => {
    const { file, opened } = await begin('x'.repeat(10));
    const growing = await opened(file);
    const stat = await growing.stat();
    const written = await open(file, 'a');
    onTestFinished(() => written.close());
    await written.write('y'.repeat(20_000));
    growing.stat = () => Promise.resolve(Object.assign(stat));
    expect((await readAtMost(growing, 30_000))?.length).toBe(20_010);
    expect(await readAtMost(growing, 15_000)).toBeUndefined();
  });

  it.skipIf(process.platform !== 'linux')('reads files that say they are empty', async () => {
    const { opened } = await begin();
    const path = '/proc/self/mountinfo';
    const whole = await readFile(path);
    expect(await readAtMost(await opened(path), 16 * 1024 * 1024)).toEqual(whole);
    expect(await readAtMost(await opened(path), whole.length - 1)).toBeUndefined();
  });
});

describe('readRegular', () => {
  it.each([0, 1, 4095, 4096, 4097, 16_384, 300_000])('reads %d bytes, and not one more than it may', async (size) => {
    const { file } = await begin('x'.repeat(size));
    for (const most of [size, size + 1, size * 2 + 50_000])
      expect(String((await readRegular(file, most)).bytes)).toBe('x'.repeat(size));
    if (size > 0) expect(await readRegular(file, size - 1)).toEqual({ size });
  });

  it('gives each reader bytes of its own', async () => {
    const { file, directory } = await begin('first');
    await writeFile(join(directory, 'other'), 'other');
    const { bytes } = await readRegular(file, 100);
    await readRegular(join(directory, 'other'), 100);
    expect(String(bytes)).toBe('first');
  });

  it.skipIf(process.platform !== 'linux')('reads a file of another size than it says', async () => {
    const { bytes, size } = await readRegular('/proc/version', 10_000);
    expect(bytes?.length).toBe(size);
    expect(String(bytes)).toBe(await readFile('/proc/version', 'utf8'));
    expect((await readRegular('/proc/version', 5)).bytes).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32').each(SPECIAL)('does not wait for %s', async (_, make) => {
    const { directory } = await begin();
    const path = join(directory, 'special');
    await make(path);
    await expect(readRegular(path, 100)).rejects.toMatchObject({ code: expect.stringMatching(/^(IO|ELOOP)$/) });
  });
});
