import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, digestOf } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { type LayerBytesOptions, layerBytes } from './layer-bytes.js';
import type { ProgressOptions } from './progress.js';
import { MAX_WRAPPED_BYTES, type Unwrapped, unwrap } from './unwrap.js';
import type { WantedFile } from './wanted.js';

/** The content of a layer without its wrappers. */
export interface UnwrappedFile {
  readonly descriptor: Descriptor;
  /** The layer that the content was taken from. */
  readonly wrapper: Digest;
  open(): Readable;
}

/**
 * Reads layers, and takes the predicates out of their statements. All stay in memory until all are written, so one limit
 * applies to their sum.
 *
 * @returns the content of each file; undefined for one of several files that does not wrap a statement
 * @throws RemoraError `UNSUPPORTED` when the files are too large, and as {@link unwrap}
 */
export async function unwrapFiles(
  source: Source,
  files: readonly WantedFile[],
  options: ProgressOptions,
): Promise<readonly (UnwrappedFile | undefined)[]> {
  const size = files.reduce((sum, { layer }) => sum + layer.size, 0);
  if (size > MAX_WRAPPED_BYTES) {
    throw new RemoraError('UNSUPPORTED', `files to unwrap have ${size} bytes, wanted at most ${MAX_WRAPPED_BYTES}`, {
      expected: MAX_WRAPPED_BYTES,
      found: size,
      hint: 'Fetch them as they are, without --unwrap',
    });
  }
  const { signal, onProgress } = options;
  const unwrapped: (UnwrappedFile | undefined)[] = [];
  for (const { layer } of files) {
    const content = await layerBytes(source, layer, { signal, onProgress });
    unwrapped.push(unwrapFile(content, layer.digest, files.length > 1));
  }
  return unwrapped;
}

/**
 * Reads a layer, and takes the predicate out of its statement.
 *
 * @throws RemoraError as {@link layerBytes} and {@link unwrap}
 */
export async function unwrapLayer(source: Source, layer: Descriptor, options: LayerBytesOptions): Promise<Unwrapped> {
  return unwrap(await layerBytes(source, layer, options), layer.digest);
}

/** @param isOptional true for one of several files: undefined for a document without a wrapper, instead of `NO_MATCH` */
function unwrapFile(content: Buffer, wrapper: Digest, isOptional: boolean): UnwrappedFile | undefined {
  try {
    const { bytes, mediaType } = unwrap(content, wrapper);
    return {
      descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
      wrapper,
      open: () => Readable.from([bytes], { objectMode: false }),
    };
  } catch (error) {
    if (isOptional && isRemoraError(error) && error.code === 'NO_MATCH') return undefined;
    throw error;
  }
}
