import type { Readable } from 'node:stream';
import { counted } from '../../io/streams/counted.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { directionOf, type Transfer } from '../transfer/transfer.js';

/** Options of calls that fetch content. */
export interface ProgressOptions extends CallOptions {
  /** Called repeatedly while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/**
 * Reports how far content has come.
 *
 * @param total bytes
 */
export function withProgress(
  content: Readable,
  name: string,
  total: number,
  { onProgress, from }: ProgressOptions & { readonly from: Source },
): Readable {
  if (onProgress === undefined) return content;
  const direction = directionOf({ from });
  return counted(content, (bytes) => onProgress({ name, bytes, total, phase: 'move', direction }));
}
