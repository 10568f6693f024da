import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { LocalFile } from '../../io/files/local-file.js';
import { createTempFile, writeStream } from '../../io/files/temp-file.js';
import { counted } from '../../io/streams/counted.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, type Digest, digestOf, hasherFor, parseDigest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { Source, Store, TransferOptions, WriteResult } from '../../store/interfaces/store.js';

/** A blob that is being read. */
export interface FetchedBlob {
  readonly reference: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Verified: it ends with an error when size or digest differ, and keeps its last bytes until then. */
  readonly content: Readable;
}

/**
 * Opens a blob of which only the digest is known.
 *
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED` (digest algorithm)
 */
export async function fetchBlob(store: Source, digest: Digest, options: TransferOptions = {}): Promise<FetchedBlob> {
  const { signal, onProgress } = options;
  const reference = store.format({ digest });
  const size = await store.blobSize(digest, { signal });
  if (size === undefined) {
    throw new RemoraError('NOT_FOUND', `blob ${reference} does not exist`, {
      hint: 'Check the digest; inspect shows the blobs of a manifest',
    });
  }
  const content = await store.openBlob({ mediaType: MediaType.octetStream, digest, size }, { signal });
  return { reference, digest, size, content: onProgress === undefined ? content : counted(content, onProgress) };
}

/** What becomes of a blob that is put. */
export interface PutBlobResult {
  readonly reference: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** `exists` when it was there already. */
  readonly result: WriteResult;
}

/** Options of {@link putBlob}. */
export interface PutBlobOptions extends TransferOptions {
  /** The content must have it; its algorithm is used. @default the sha256 of the content */
  readonly digest?: Digest | undefined;
}

/** Content of a blob: a file, or a stream that comes once. */
export type BlobSource = Extract<LocalFile, { kind: 'file' }> | { readonly kind: 'stream'; open(): Promise<Readable> };

/**
 * Writes a blob. A layout takes what comes while it is read; a registry wants the digest before, so that a file is read
 * twice and a stream waits in a temporary file.
 *
 * @throws RemoraError `DIGEST_MISMATCH`: nothing was written then; `CHANGED`, and what the store throws
 */
export async function putBlob(store: Store, source: BlobSource, options: PutBlobOptions = {}): Promise<PutBlobResult> {
  const { digest: wanted, ...transfer } = options;
  const result = ({ digest, size }: Descriptor, written: WriteResult): PutBlobResult => ({
    reference: store.format({ digest }),
    digest,
    size,
    result: written,
  });
  if (wanted === undefined && isIngester(store)) {
    const ingested = await store.ingestBlob(MediaType.octetStream, () => source.open(), transfer);
    return result(ingested.descriptor, ingested.result);
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
    return result(descriptor, await store.writeBlob(descriptor, content.open, transfer));
  } finally {
    await content.discard();
  }
}

interface Content {
  readonly descriptor: Descriptor;
  readonly open: () => Promise<Readable>;
  readonly discard: () => Promise<void>;
}

async function measure(
  file: Extract<BlobSource, { kind: 'file' }>,
  wanted: Digest | undefined,
  { signal }: TransferOptions,
): Promise<Content> {
  const sum = summing(wanted);
  for await (const chunk of await file.open()) {
    throwIfInterrupted(signal);
    sum.add(chunk);
  }
  return { descriptor: sum.descriptor(), open: () => file.open(), discard: async () => {} };
}

async function spool(source: BlobSource, wanted: Digest | undefined, { signal }: TransferOptions): Promise<Content> {
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
