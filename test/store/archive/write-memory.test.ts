import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { writeArchive } from '../../../src/store/archive/write.js';
import { tempDir } from '../../support/temp.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** 1 GiB of zeros. */
const ZEROS = {
  mediaType: 'application/octet-stream',
  digest: parseDigest('sha256:49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14'),
  size: GIB,
};

it('holds no more than a few chunks of a blob: what was read is in the file', async () => {
  const directory = await tempDir();
  const written = () => {
    const name = readdirSync(directory).find((found) => found.endsWith('.tmp'));
    return name === undefined ? 0 : statSync(join(directory, name)).size;
  };
  const chunk = Buffer.alloc(256 * 1024);
  let produced = 0;
  let most = 0;
  const open = async () =>
    new Readable({
      highWaterMark: chunk.length,
      read() {
        most = Math.max(most, produced - written());
        this.push(produced === GIB ? null : chunk);
        produced = Math.min(produced + chunk.length, GIB);
      },
    });
  await writeArchive(join(directory, 'large.tar'), { entries: [], blobs: [{ descriptor: ZEROS, open }] });
  expect(produced).toBe(GIB);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(4 * MIB);
  expect(statSync(join(directory, 'large.tar')).size).toBeGreaterThan(GIB);
});
