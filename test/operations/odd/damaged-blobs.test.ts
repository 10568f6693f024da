import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/values/digest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { putBlob } from '../../../src/operations/blob/put-blob.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { push } from '../../../src/operations/push/push.js';
import { LOOKED_AT_BYTES } from '../../../src/store/layout/blobs/claim.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { type HostedLayout, openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { Served } from '../../serve/support/start.js';
import { noise } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';

const SMALL = noise(40_000);
const LAST = noise(LOOKED_AT_BYTES, 'the largest that is read');
const LARGE = noise(LOOKED_AT_BYTES + 1);
const TYPE = { artifactType: 'application/x.damage' };

interface Place {
  readonly directory: string;
  readonly location: string;
  readonly file: string;
  readonly digest: Digest;
}

/** A layout with an artifact whose layer is damaged and has its size; the file beside it is whole. */
async function damaged(content: typeof SMALL): Promise<Place> {
  const top = await tempDir();
  const [directory, file] = [join(top, 'root/layout'), join(top, 'file')];
  await writeFile(file, content.bytes);
  await push(`oci:${directory}:v1`, [file], TYPE);
  const path = blobPath(directory, content.descriptor.digest);
  const { length } = content.bytes;
  await writeFile(path, Buffer.concat([content.bytes.subarray(0, length - 4), Buffer.from('BAD!')]));
  return { directory, location: `oci:${directory}`, file, digest: content.descriptor.digest };
}

const isWhole = async ({ directory, digest }: Place, { bytes }: typeof SMALL) =>
  (await readFile(blobPath(directory, digest))).equals(bytes);

/** The ways that read or hash the content anyway, whatever its size. */
const READING: readonly (readonly [string, (place: Place) => Promise<unknown>])[] = [
  ['push of the same', ({ location, file }) => push(`${location}:v1`, [file], TYPE)],
  ['push of another artifact with it', ({ location, file }) => push(`${location}:v2`, [file], { artifactType: 'x/y' })],
  ['attach', ({ location, file }) => attach(`${location}:v1`, [file], TYPE)],
  ['blob put of a file', ({ location, file }) => putBlob(location, file)],
];

/** Those that leave what is there where they can. */
const SPARING: readonly (readonly [string, (place: Place) => Promise<unknown>])[] = [
  ['blob put with the digest', ({ location, file, digest }) => putBlob(`${location}@${digest}`, file)],
  ['copy', async ({ location, file }) => copy(`${await another(file)}:v1`, `${location}:v1`)],
  ['copy under another name', async ({ location, file }) => copy(`${await another(file)}:v1`, `${location}:v2`)],
  ['copy from an archive', async ({ location, file }) => copy(`${await archived(file)}:v1`, `${location}:v1`)],
  [
    'mount from another repository',
    async ({ directory, file, digest }) => {
      const from = await openHostedLayout((await another(file)).slice('oci:'.length));
      expect(await (await openHostedLayout(directory)).linkBlob(from, digest)).toBe(true);
    },
  ],
];

async function another(file: string): Promise<string> {
  const location = `oci:${join(await tempDir(), 'other')}`;
  await push(`${location}:v1`, [file], TYPE);
  return location;
}

async function archived(file: string): Promise<string> {
  const location = `oci-archive:${join(await tempDir(), 'other.tar')}`;
  await copy(`${await another(file)}:v1`, `${location}:v1`);
  return location;
}

describe('a damaged blob of the right size', () => {
  it.each([...READING, ...SPARING])('is mended by %s', async (_, write) => {
    for (const content of [SMALL, LAST]) {
      const place = await damaged(content);
      await write(place);
      expect(await isWhole(place, content)).toBe(true);
    }
  });

  it.each(READING)('is mended by %s where it is large, too', async (_, write) => {
    const place = await damaged(LARGE);
    await write(place);
    expect(await isWhole(place, LARGE)).toBe(true);
  });

  it.each(SPARING)('is taken to be whole by %s where it is large: check --deep finds it', async (_, write) => {
    const place = await damaged(LARGE);
    await write(place);
    expect(await isWhole(place, LARGE)).toBe(false);
  });

  it('is sent again through serve, which does not say that it is there', async () => {
    const place = await damaged(SMALL);
    const served = await Served.start({ directory: join(place.directory, '..') });
    const url = `/v2/layout/blobs/${place.digest}`;
    expect((await served.send('HEAD', url)).status).toBe(404);
    await push(`${served.host}/layout:v3`, [place.file], TYPE);
    expect(await isWhole(place, SMALL)).toBe(true);
    expect((await served.send('HEAD', url)).status).toBe(200);
  });

  it('is missing for a manifest that names it, and for a mount', async () => {
    const place = await damaged(SMALL);
    const served = await Served.start({ directory: join(place.directory, '..') });
    const store: HostedLayout = await openHostedLayout(place.directory);
    const { bytes, descriptor } = await store.manifest({ tag: 'v1' });
    const headers = { 'Content-Type': descriptor.mediaType };
    const answer = await served.send('PUT', '/v2/layout/manifests/v9', { headers, body: Buffer.from(bytes) });
    expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringContaining('MANIFEST_BLOB_UNKNOWN')]);
    expect((await served.send('POST', `/v2/layout/blobs/uploads/?mount=${place.digest}`)).status).toBe(202);
    expect((await served.send('POST', `/v2/new/blobs/uploads/?mount=${place.digest}&from=layout`)).status).toBe(202);
  });
});
