import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { interrupted } from '../../io/async/interrupt.js';
import { counted } from '../../io/streams/counted.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, digestOf } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import type { PullOptions } from './options.js';
import { MAX_WRAPPED_BYTES, unwrap } from './unwrap.js';
import type { WantedFile } from './wanted.js';

/** What was inside of a layer. */
export interface UnwrappedFile {
  readonly descriptor: Descriptor;
  /** The layer that it was taken from. */
  readonly wrapper: Digest;
  open(): Readable;
}

/**
 * Reads layers, and takes the predicates out of the statements that they are. They are held in memory until all are
 * written, so that there is a limit for all of them.
 *
 * Of several files, one that is no statement and wraps none is left as it is: undefined.
 *
 * @throws RemoraError `UNSUPPORTED` when they are too large, and as {@link unwrap}
 */
export async function unwrapFiles(
  store: Source,
  files: readonly WantedFile[],
  options: PullOptions,
): Promise<readonly (UnwrappedFile | undefined)[]> {
  const size = files.reduce((sum, { layer }) => sum + layer.size, 0);
  if (size > MAX_WRAPPED_BYTES) {
    throw new RemoraError('UNSUPPORTED', `files to unwrap have ${size} bytes, wanted at most ${MAX_WRAPPED_BYTES}`, {
      expected: MAX_WRAPPED_BYTES,
      found: size,
      hint: 'Fetch them as they are, without --unwrap',
    });
  }
  const unwrapped: (UnwrappedFile | undefined)[] = [];
  for (const { layer } of files) unwrapped.push(await unwrapFile(store, layer, options, files.length > 1));
  return unwrapped;
}

/** @param isOptional one of several: a document that nothing wraps is what is wanted already */
async function unwrapFile(
  store: Source,
  layer: Descriptor,
  options: PullOptions,
  isOptional: boolean,
): Promise<UnwrappedFile | undefined> {
  const content = await read(store, layer, options);
  try {
    const { bytes, mediaType } = unwrap(content, layer.digest);
    return {
      descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
      wrapper: layer.digest,
      open: () => Readable.from([bytes], { objectMode: false }),
    };
  } catch (error) {
    if (isOptional && error instanceof RemoraError && error.code === 'NO_MATCH') return undefined;
    throw error;
  }
}

async function read(store: Source, layer: Descriptor, { signal, onProgress }: PullOptions): Promise<Buffer> {
  const blob = await store.openBlob(layer, { signal });
  const { digest: name, size: total } = layer;
  const content =
    onProgress === undefined ? blob : counted(blob, (bytes) => onProgress({ name, bytes, total, phase: 'move' }));
  const chunks: Uint8Array[] = [];
  // All of it is read to its end before any is looked at: there the store has verified it.
  for await (const chunk of content) {
    if (signal?.aborted) throw interrupted(signal);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
