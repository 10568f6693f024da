import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RemoraError } from '../../../src/errors.js';
import { bestEffort, ifSystemError } from '../../../src/io/files/system-error.js';
import { tempDir } from '../../support/temp.js';

it('is undefined for the codes that are named, and thrown for others', async () => {
  const missing = join(await tempDir(), 'missing');
  expect(await ifSystemError(readFile(missing), 'EACCES', 'ENOENT')).toBeUndefined();
  await expect(ifSystemError(readFile(missing), 'EACCES')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await ifSystemError(Promise.resolve(1), 'ENOENT')).toBe(1);
});

it('never hides an interruption or a mistake in the code', async () => {
  const missing = join(await tempDir(), 'missing');
  expect(await bestEffort(readFile(missing))).toBeUndefined();
  for (const error of [new RemoraError('INTERRUPTED', 'interrupted'), new TypeError('x is not a function')])
    await expect(bestEffort(Promise.reject(error))).rejects.toBe(error);
});
