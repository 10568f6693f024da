import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { deleteBlob } from '../../../src/operations/blob/delete-blob.js';
import { fetchBlob } from '../../../src/operations/blob/fetch-blob.js';
import { putBlob } from '../../../src/operations/blob/put-blob.js';
import { newHostedLayout } from '../detach/support/detaching.js';
import { inDirectory, PLACES } from '../support/places.js';

const CONTENT = 'some content';
const digest = digestOf(Buffer.from(CONTENT));

/** Only a layout with repositories deletes. */
const DELETING = PLACES.map(([what, open]) => [what, what === 'a layout' ? newHostedLayout : open] as const);

describe.each(DELETING)('a blob in %s', (_what, open) => {
  it('is put from a file, bytes or a stream, fetched into a file or a stream, and deleted', async () => {
    await inDirectory({ 'a.txt': CONTENT });
    const store = await open();
    const inputs = ['a.txt', { content: CONTENT, name: 'a' }, { content: () => Readable.from([CONTENT]), name: 'b' }];
    for (const [index, input] of inputs.entries()) {
      const seen = new Set<string>();
      const put = await putBlob(store, input, { onProgress: ({ name }) => void seen.add(name) });
      expect(put).toMatchObject({ digest, size: 12, result: index === 0 ? 'written' : 'exists' });
      if (index === 0) expect([...seen]).toEqual(['a.txt']);
      const at = { store, digest: put.digest };
      expect(await fetchBlob(at, 'out')).toEqual({ reference: put.reference, digest, size: 12, path: 'out' });
      expect(await readFile('out', 'utf8')).toBe(CONTENT);
      const stream = new PassThrough();
      expect(await fetchBlob(at, stream)).not.toHaveProperty('path');
      expect(await text(stream.end())).toBe(CONTENT);
    }
    const asked: unknown[] = [];
    const permit = async (deletion: object) => asked.push(deletion) > 1;
    const { reference, deleted } = await deleteBlob({ store, digest }, { permit });
    expect([deleted, await store.blobSize(digest)]).toEqual([false, 12]);
    expect(await deleteBlob({ store, digest }, { permit })).toEqual({ reference, deleted: true });
    expect(asked).toEqual([{ reference }, { reference }]);
    await expect(deleteBlob({ store, digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('must have the digest that is named, and no tag', async () => {
    const store = await open();
    const other = digestOf(Buffer.from('other'));
    const input = { content: CONTENT, name: 'a' };
    await expect(putBlob({ store, digest: other }, input)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expect(putBlob({ store, tag: 'v1' }, input)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(fetchBlob(store, 'out')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(deleteBlob(store)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
