import { describe, expect, it } from 'vitest';
import { readArgumentFile } from '../../../src/io/files/argument-file.js';
import { newKey, pemOf } from '../../support/signing-keys.js';

describe('readArgumentFile', () => {
  it('refuses a key instead of a path, and does not show it', async () => {
    const pem = pemOf(newKey());
    const failed = await readArgumentFile(pem, 1000).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(String(failed)).not.toContain(pem.split('\n')[1]);
  });
});
