import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Source } from '../../store/interfaces/store.js';
import { type ProgressOptions, withProgress } from './progress.js';

/** Options of {@link layerBytes}. */
export interface LayerBytesOptions extends ProgressOptions {
  /** The most bytes that the layer may have. @default its size */
  readonly maxBytes?: number | undefined;
}

/**
 * Reads a layer into memory; the store verifies it at its end.
 *
 * @throws RemoraError `SIZE_MISMATCH` for more than `maxBytes`, before the layer is fetched if its descriptor says so; and as the store
 */
export async function layerBytes(source: Source, layer: Descriptor, options: LayerBytesOptions): Promise<Buffer> {
  const { signal, maxBytes = Number.POSITIVE_INFINITY } = options;
  checkSize(layer, options);
  const blob = await source.openBlob(layer, { signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of withProgress(blob, layer.digest, layer.size, { ...options, from: source })) {
    throwIfInterrupted(signal);
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(layer, size, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws RemoraError `SIZE_MISMATCH` for a layer whose descriptor names more than `maxBytes` */
export function checkSize(layer: Descriptor, { maxBytes = Number.POSITIVE_INFINITY }: LayerBytesOptions): void {
  if (layer.size > maxBytes) throw tooLarge(layer, layer.size, maxBytes);
}

function tooLarge({ digest }: Descriptor, found: number, expected: number): RemoraError {
  return new RemoraError('SIZE_MISMATCH', `${digest} has ${found} bytes, wanted at most ${expected}`, {
    expected,
    found,
    hint: 'Raise maxBytes, or pull it into a file',
  });
}
