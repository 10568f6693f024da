import { randomFillSync } from 'node:crypto';
import { open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { localFile } from '../../../src/io/files/local-file.js';
import { createTempFile, writeStream } from '../../../src/io/files/temp-file.js';
import { LENT_BYTES } from '../../../src/io/streams/lent.js';
import { verified } from '../../../src/io/streams/verify.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { tempDir } from '../../support/temp.js';

async function opened(path: string): Promise<Readable> {
  const file = await localFile(path);
  if (file.kind !== 'file') throw new Error(`${path} is a directory`);
  return file.open();
}

describe('a file that is read, hashed and written', () => {
  it.each([0, 1, LENT_BYTES - 1, LENT_BYTES, LENT_BYTES + 1, 9 * LENT_BYTES + 7])('has its %i bytes', async (size) => {
    const directory = await tempDir();
    const bytes = randomFillSync(Buffer.alloc(size));
    await writeFile(join(directory, 'in'), bytes);
    const copies = ['a', 'b', 'c'].map(async (name) => {
      const file = await createTempFile(directory);
      await writeStream(file, verified(await opened(join(directory, 'in')), { digest: digestOf(bytes), size }));
      await file.commit(join(directory, name));
      return readFile(join(directory, name));
    });
    // At the same time, since all take their buffers from one place.
    for (const copy of await Promise.all(copies)) expect(copy.equals(bytes)).toBe(true);
  });

  it('fails where it grows or shrinks meanwhile, and leaves nothing', async () => {
    for (const size of [4 * LENT_BYTES + 1, 2 * LENT_BYTES]) {
      const directory = await tempDir();
      const path = join(directory, 'in');
      await writeFile(path, Buffer.alloc(4 * LENT_BYTES));
      const file = await createTempFile(directory);
      const source = await opened(path);
      const changing = async function* () {
        for await (const chunk of source) {
          yield chunk;
          await truncate(path, size);
        }
      };
      await expect(writeStream(file, Readable.from(changing()))).rejects.toMatchObject({ code: 'CHANGED' });
      await file.discard();
      expect(await readdir(directory)).toEqual(['in']);
    }
  });

  it('fails where the disk is full, and closes its source', async () => {
    const file = await createTempFile(await tempDir());
    const full = await open('/dev/full', 'w');
    const source = Readable.from([Buffer.alloc(3 * LENT_BYTES), Buffer.alloc(1)]);
    const writing = writeStream({ ...file, handle: full }, source);
    await expect(writing).rejects.toMatchObject({ code: 'IO', message: expect.stringContaining('the disk is full') });
    expect(source.destroyed).toBe(true);
    await full.close();
    await file.discard();
  });
});
