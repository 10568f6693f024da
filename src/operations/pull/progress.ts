import type { Readable } from 'node:stream';
import { counted } from '../../io/streams/counted.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import type { Transfer } from '../pack/plan.js';

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
  { onProgress }: ProgressOptions,
): Readable {
  if (onProgress === undefined) return content;
  return counted(content, (bytes) => onProgress({ name, bytes, total, phase: 'move' }));
}
