import { Readable } from 'node:stream';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../oci/values/empty.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Whether a blob is the empty config, which a source need not have: referrers that a copy makes have it. */
export function isEmptyContent({ digest, size }: Descriptor): boolean {
  return digest === EMPTY_DESCRIPTOR.digest && size === EMPTY_DESCRIPTOR.size;
}

/**
 * Opens a blob of a source; the empty config is known.
 *
 * @throws RemoraError as `openBlob`
 */
export async function openContent(source: Source, blob: Descriptor, options: CallOptions): Promise<Readable> {
  return isEmptyContent(blob) ? Readable.from([EMPTY_BYTES], { objectMode: false }) : source.openBlob(blob, options);
}
