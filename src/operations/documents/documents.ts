import { isRemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Digest } from '../../oci/values/digest.js';
import { type ElsewhereOptions, withAttached } from '../places/elsewhere.js';
import type { AccessOptions, Location } from '../places/location.js';

/** Options of {@link readDocuments}. */
export interface DocumentsOptions extends AccessOptions, ElsewhereOptions {
  /** Bytes of all documents together; those above it are not read. @default 8 MiB */
  readonly maxBytes?: number | undefined;
}

/** A manifest to read, with the size that its descriptor has. */
export interface WantedDocument {
  readonly digest: Digest;
  /** Bytes. @default not known: it counts as 16 KiB */
  readonly size?: number;
}

/** A manifest as text, byte for byte, or the reason why it was not read. */
export type ReadDocument = { readonly text: string } | { readonly unread: string };

const MAX_BYTES = 8 * 1024 * 1024;
const UNKNOWN_BYTES = 16 * 1024;
/** Manifests that are asked for at a time. */
const CONCURRENCY = 8;

/**
 * Reads manifests by their digests, each once. A manifest that cannot be read has a reason in its place: the others are
 * read.
 *
 * @throws RemoraError `INTERRUPTED`, and as opening the places does
 */
export async function readDocuments(
  location: Location,
  wanted: readonly WantedDocument[],
  options: DocumentsOptions = {},
): Promise<ReadonlyMap<Digest, ReadDocument>> {
  const { maxBytes = MAX_BYTES, signal } = options;
  const documents = new Map<Digest, ReadDocument>();
  const within: Digest[] = [];
  let bytes = 0;
  for (const [digest, size = UNKNOWN_BYTES] of new Map(wanted.map(({ digest, size }) => [digest, size]))) {
    bytes += size;
    if (bytes <= maxBytes) within.push(digest);
    else documents.set(digest, { unread: `not read: the manifests have more than ${maxBytes} bytes together` });
  }
  await withAttached(location, options, (source) =>
    mapSome(within, CONCURRENCY, async (digest) => {
      documents.set(digest, await reading(async () => (await source.manifest({ digest }, { signal })).bytes));
    }),
  );
  return documents;
}

async function reading(read: () => Promise<Uint8Array>): Promise<ReadDocument> {
  try {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(await read()) };
  } catch (error) {
    if (!isRemoraError(error) || isInterruption(error)) throw error;
    return { unread: `not read: ${error.message}` };
  }
}
