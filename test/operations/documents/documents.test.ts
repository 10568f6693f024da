import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { readDocuments } from '../../../src/operations/documents/documents.js';
import { push } from '../../../src/operations/push/push.js';
import { tempDir } from '../../support/temp.js';

async function layout() {
  const directory = await tempDir();
  const location = `oci:${directory}`;
  const pushed = [];
  for (const name of ['a', 'b', 'c']) pushed.push(await push(`${location}:${name}`, [{ name, content: name }]));
  const wanted = pushed.map(({ digest, size }) => ({ digest, size }));
  const pathOf = (digest: string) => join(directory, 'blobs', ...digest.split(':'));
  return { location, wanted, pathOf };
}

it('reads manifests byte for byte, each once', async () => {
  const { location, wanted, pathOf } = await layout();
  const documents = await readDocuments(location, [...wanted, ...wanted]);
  expect(documents.size).toBe(3);
  for (const { digest } of wanted)
    expect(documents.get(digest)).toEqual({ text: await readFile(pathOf(digest), 'utf8') });
});

it('reads the others where one is not there or is another', async () => {
  const { location, wanted, pathOf } = await layout();
  const [a, b, c] = wanted.map(({ digest }) => digest);
  await rm(pathOf(a ?? ''));
  await writeFile(pathOf(b ?? ''), '{}');
  const documents = await readDocuments(location, wanted);
  const of = (digest = '') =>
    documents.get(wanted.find((one) => one.digest === digest)?.digest ?? digestOf(Buffer.of()));
  expect(of(a)).toEqual({ unread: expect.stringMatching(/^not read: .*(not there|not found|missing|no )/i) });
  expect(of(b)).toEqual({ unread: expect.stringMatching(/^not read: /) });
  expect(of(c)).toHaveProperty('text');
});

it('reads no more bytes than wanted', async () => {
  const { location, wanted } = await layout();
  const maxBytes = (wanted[0]?.size ?? 0) + 1;
  const documents = await readDocuments(location, wanted, { maxBytes });
  expect([...documents.values()].filter((one) => 'text' in one)).toHaveLength(1);
  expect(documents.get(wanted[2]?.digest ?? digestOf(Buffer.of()))).toEqual({
    unread: `not read: the manifests have more than ${maxBytes} bytes together`,
  });
});
