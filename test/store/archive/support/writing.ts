import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import type { LayoutContent } from '../../../../src/store/archive/members.js';
import type { ArchiveBlob } from '../../../../src/store/interfaces/store.js';
import { REF_NAME } from '../../layout/support/by-hand.js';
import { type Content, noise, text, written } from '../../support/artifacts.js';

/** A blob that was not made for {@link Content}. */
export function blobOf({ descriptor, open }: Content): ArchiveBlob {
  return { descriptor, open };
}

/** An image with two layers, one of which is larger than what is read at a time. */
export function someImage(): LayoutContent & { readonly image: ReturnType<typeof written> } {
  const config = text('{"os":"linux","architecture":"amd64"}');
  const layers = [noise(300_000), text('a small layer')];
  const image = written({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { ...config.descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: layers.map(({ descriptor }) => ({ ...descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar' })),
  });
  const manifest = { descriptor: image.descriptor, open: async () => Readable.from([image.bytes]) };
  return {
    image,
    entries: [{ ...image.descriptor, annotations: { [REF_NAME]: 'v1' } }],
    blobs: [manifest, ...[config, ...layers].map(blobOf)],
  };
}

/** Headers of the members, as tar-stream reads them. */
export async function headersOf(tar: Buffer): Promise<Header[]> {
  const headers: Header[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    headers.push(entry.header);
    entry.resume();
  }
  return headers;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** All that is in a directory, with content. */
export async function stateOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')));
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? '']));
}
