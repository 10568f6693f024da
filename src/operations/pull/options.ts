import type { CallOptions } from '../../store/interfaces/store.js';
import type { Transfer } from '../pack/plan.js';

/** Options of {@link pull}. */
export interface PullOptions extends CallOptions {
  /** Directory for the files; created when it does not exist. @default the current directory */
  readonly output?: string | undefined;
  /** Fail, and write nothing, when a file exists with other content. @default false: it is replaced */
  readonly noClobber?: boolean | undefined;
  /** Files that are fetched at a time. @default 5 */
  readonly concurrency?: number | undefined;
  /** Called again and again while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}
