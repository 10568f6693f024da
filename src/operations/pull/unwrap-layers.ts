import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, digestOf } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import type { WantedFile } from './index-files.js';
import { checkSize, type LayerBytesOptions, layerBytes } from './layer-bytes.js';
import type { LeftOut } from './left-out.js';
import type { ProgressOptions } from './progress.js';
import { MAX_WRAPPED_BYTES, type Unwrapped, unwrap, unwrapStatement } from './unwrap.js';

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
 * @returns the content of each file, without those of several files that do not wrap a statement
 * @throws RemoraError `UNSUPPORTED` when the files are too large, and as {@link unwrap}, unless the file is left out
 */
export async function unwrapFiles(
  source: Source,
  files: readonly WantedFile[],
  leftOut: LeftOut,
  options: ProgressOptions,
): Promise<ReadonlyMap<WantedFile, UnwrappedFile>> {
  const { signal, onProgress } = options;
  const unwrapped = new Map<WantedFile, UnwrappedFile>();
  let room = MAX_WRAPPED_BYTES;
  for (const file of files) {
    const { layer, attachment } = file;
    if (leftOut.has(attachment)) continue;
    try {
      if (layer.size > room) throw tooLarge(layer, room);
      const take = () => unwrapWanted(source, file, { signal, onProgress });
      const found = await unwrapFile(take, layer.digest, files.length > 1);
      if (found === undefined) continue;
      room -= layer.size;
      unwrapped.set(file, found);
    } catch (error) {
      leftOut.failed(`layer ${source.format({ digest: layer.digest })}`, error, [attachment]);
    }
  }
  return unwrapped;
}

function tooLarge({ digest, size }: Descriptor, room: number): RemoraError {
  const found = MAX_WRAPPED_BYTES - room + size;
  const message = `files to unwrap have ${found} bytes with ${digest}, wanted at most ${MAX_WRAPPED_BYTES}`;
  const hint = 'Fetch them as they are, without --unwrap';
  return new RemoraError('UNSUPPORTED', message, { expected: MAX_WRAPPED_BYTES, found, hint });
}

/**
 * Reads a file, and takes the predicate out of its statement: of a verified envelope, out of the payload that was judged.
 *
 * @throws RemoraError `NOT_VERIFIED`, and as {@link layerBytes} and {@link unwrap}
 */
export async function unwrapWanted(
  source: Source,
  { layer, payload }: WantedFile,
  options: LayerBytesOptions,
): Promise<Unwrapped> {
  if (payload === undefined) return unwrap(await layerBytes(source, layer, options), layer.digest);
  checkSize(layer, options);
  return unwrapStatement(await payload(options), `payload of ${layer.digest}`);
}

/** @param isOptional true for one of several files: undefined for a document without a wrapper, instead of `NO_MATCH` */
async function unwrapFile(
  take: () => Promise<Unwrapped>,
  wrapper: Digest,
  isOptional: boolean,
): Promise<UnwrappedFile | undefined> {
  try {
    const { bytes, mediaType } = await take();
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
