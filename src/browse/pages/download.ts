import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { handled } from '../../io/async/handled.js';
import { readManifest } from '../../operations/manifest/read-manifest.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { FileAnswer } from '../site/answer.js';
import { type Ask, required } from './ask.js';
import { namedBlob } from './blob.js';

/** `download`: the bytes of a file of an artifact, or of a manifest. */
export async function download({ site, query, signal }: Ask): Promise<FileAnswer> {
  const place = required(query, 'place');
  const layer = query.get('layer') ?? undefined;
  return new Promise<FileAnswer>((resolve, reject) => {
    // The place stays open until the last byte is sent.
    const work = site.read(place, { signal }, async (source, selector) => {
      const file = await opened(source, selector, layer, { signal });
      const content = new PassThrough();
      resolve({ ...file, kind: 'file', content });
      await pipeline(file.content, content, { signal });
    });
    handled(work.catch(reject));
  });
}

async function opened(
  source: Source,
  selector: ManifestSelector,
  layer: string | undefined,
  options: CallOptions,
): Promise<Omit<FileAnswer, 'kind'>> {
  if (layer === undefined) {
    const { bytes, digest } = await readManifest({ store: source, ...selector }, options);
    const name = `${digest.replace(/^[^:]+:(.{12}).*$/, '$1')}.json`;
    return { name, size: bytes.byteLength, content: Readable.from([bytes]) };
  }
  const { descriptor, name } = await namedBlob(source, selector, layer, options);
  return { name, size: descriptor.size, content: await source.openBlob(descriptor, options) };
}
