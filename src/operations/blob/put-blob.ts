import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { createTempFile, writeStream } from '../../io/files/temp-file.js';
import { counted } from '../../io/streams/counted.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, type Digest, digestOf, hasherFor, parseDigest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { Store, TransferOptions, WriteResult } from '../../store/interfaces/store.js';
import { type ContentInput, type ContentSource, nameOf, openContent } from '../pack/content.js';
import type { Transfer } from '../pack/plan.js';
import { type AccessOptions, type Location, withStore } from '../places/location.js';
import { writtenOrExists } from '../results/manifest-fields.js';
import { optionalBlobDigest } from './blob-digest.js';
import type { PutBlobResult } from './schema.js';

/** Options of {@link putBlob}. */
export interface PutBlobOptions extends AccessOptions {
  /** Called again and again while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/**
 * Writes a blob. A layout, which is created where there is none, takes what comes while it is read; a registry wants the
 * digest before, so that a file is read twice and a stream waits in a temporary file.
 *
 * @param location `host/repo` or `oci:PATH`; with a digest the content must have it
 * @param content the path of a file, bytes, or a stream
 * @throws RemoraError `INVALID_ARGUMENT` (a tag, a directory), `NOT_FOUND`, `IO` (the file), `DIGEST_MISMATCH`: nothing was
 * written then; `CHANGED`, and as the store
 */
export async function putBlob(
  location: Location<Store>,
  content: ContentInput,
  options: PutBlobOptions = {},
): Promise<PutBlobResult> {
  const wanted = optionalBlobDigest(location);
  const source = await openContent(content);
  const { signal } = options;
  return withStore(location, { ...options, create: true }, (store) =>
    writeSource(store, source, wanted, { signal, onProgress: transferOf(content, source, options) }),
  );
}

function transferOf(content: ContentInput, source: ContentSource, { onProgress }: PutBlobOptions) {
  if (onProgress === undefined) return undefined;
  const total = source.kind === 'file' ? source.size : undefined;
  const name = nameOf(content);
  return (bytes: number) => onProgress({ name, bytes, total, phase: 'move' });
}

async function writeSource(
  store: Store,
  source: ContentSource,
  wanted: Digest | undefined,
  options: TransferOptions,
): Promise<PutBlobResult> {
  const resultOf = ({ digest, size }: Descriptor, result: WriteResult): PutBlobResult => ({
    reference: store.format({ digest }),
    digest,
    size,
    result: writtenOrExists(result),
  });
  if (wanted === undefined && isIngester(store)) {
    const ingested = await store.ingestBlob(MediaType.octetStream, () => source.open(), options);
    return resultOf(ingested.descriptor, ingested.result);
  }
  const content =
    source.kind === 'file' ? await measure(source, wanted, options) : await spool(source, wanted, options);
  try {
    const { descriptor } = content;
    if (wanted !== undefined && descriptor.digest !== wanted) {
      throw new RemoraError('DIGEST_MISMATCH', `content has the digest ${descriptor.digest}, wanted ${wanted}`, {
        expected: wanted,
        found: descriptor.digest,
      });
    }
    return resultOf(descriptor, await store.writeBlob(descriptor, content.open, options));
  } finally {
    await content.discard();
  }
}

interface Content {
  readonly descriptor: Descriptor;
  readonly open: () => Promise<Readable>;
  readonly discard: () => Promise<void>;
}

async function measure(file: ContentSource, wanted: Digest | undefined, { signal }: TransferOptions): Promise<Content> {
  const sum = summing(wanted);
  for await (const chunk of await file.open()) {
    throwIfInterrupted(signal);
    sum.add(chunk);
  }
  return { descriptor: sum.descriptor(), open: () => file.open(), discard: async () => {} };
}

async function spool(source: ContentSource, wanted: Digest | undefined, { signal }: TransferOptions): Promise<Content> {
  const file = await createTempFile(tmpdir(), 0o600);
  try {
    const sum = summing(wanted);
    await writeStream(
      file,
      counted(await source.open(), (_, chunk) => sum.add(chunk)),
      signal,
    );
    return {
      descriptor: sum.descriptor(),
      open: async () => createReadStream(file.path, { highWaterMark: 256 * 1024 }),
      discard: () => file.discard(),
    };
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Digest and size of what is added, in the algorithm that is wanted. */
function summing(wanted: Digest | undefined) {
  const like = wanted ?? digestOf(new Uint8Array());
  const hash = hasherFor(like);
  let size = 0;
  return {
    add(chunk: Uint8Array): void {
      hash.update(chunk);
      size += chunk.length;
    },
    descriptor: (): Descriptor => ({
      mediaType: MediaType.octetStream,
      digest: parseDigest(`${algorithmOf(like)}:${hash.digest('hex')}`),
      size,
    }),
  };
}
