import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRemoraError } from '../../../src/errors.js';
import { openArchive } from '../../../src/store/archive/open.js';
import { tarOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { readBlob } from '../support/artifacts.js';
import { membersOf } from './support/packed.js';

const CODES = ['MALFORMED', 'SIZE_MISMATCH', 'DIGEST_MISMATCH', 'NOT_FOUND', 'UNSUPPORTED'];

it.each([
  ['tar', (tar: Buffer) => tar],
  ['gzip', (tar: Buffer) => gzipSync(tar)],
])('gives the true content of a damaged archive, or an error that says what is wrong (%s)', async (_, packed) => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  await layout.index([tagged(image, 'v1')]);
  const whole = packed(await tarOf(await membersOf(layout.directory)));
  const path = join(await tempDir(), 'damaged.tar');
  const expected = JSON.parse((await readBlob(await layout.open(), image)).toString());
  const damage = fc.record({
    flips: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
    length: fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
    more: fc.oneof(fc.constant(''), fc.string({ maxLength: 8 })),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ flips, length, more }) => {
      const bytes = Buffer.from(whole);
      for (const [at, mask] of flips) bytes[at] = (bytes[at] ?? 0) ^ mask;
      await writeFile(path, Buffer.concat([bytes.subarray(0, length), Buffer.from(more)]));
      try {
        const source = await openArchive(path);
        try {
          // A damaged index.json may still be well-formed, and name something else that is there: never other bytes.
          const { content } = await source.manifest({ digest: image.digest });
          expect(content).toEqual(expected);
        } finally {
          await source.close();
        }
      } catch (error) {
        if (!isRemoraError(error)) throw error;
        expect(CODES).toContain(error.code);
      }
    }),
    { numRuns: 300 },
  );
  await rm(path);
});
