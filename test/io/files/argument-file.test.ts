import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArgumentFile } from '../../../src/io/files/argument-file.js';
import { newKey, pemOf } from '../../support/signing-keys.js';
import { tempDir } from '../../support/temp.js';

describe('readArgumentFile', () => {
  it('refuses a key instead of a path, and does not show it', async () => {
    const pem = pemOf(newKey());
    const failed = await readArgumentFile(pem, 1000).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(String(failed)).not.toContain(pem.split('\n')[1]);
  });

  it.skipIf(process.platform === 'win32')('reads what a command writes into a pipe, up to the limit', async () => {
    const pipe = join(await tempDir(), 'pipe');
    spawnSync('mkfifo', [pipe]);
    const written = async (size: number) => {
      const writer = await open(pipe, constants.O_RDWR);
      await writer.write(Buffer.alloc(size, 'k'));
      setTimeout(() => void writer.close(), 20);
      return readArgumentFile(pipe, 1000);
    };
    expect((await written(1000)).toString()).toBe('k'.repeat(1000));
    await expect(written(1001)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await readArgumentFile(pipe, 1000)).length).toBe(0);
  });
});
