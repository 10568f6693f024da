import { lstatSync, type Stats } from 'node:fs';
import { unlessMissingSync } from './system-error.js';

/** Longer than any tick of the clocks that files are dated by. */
const TICK_MS = 100;

/**
 * A text that changes whenever a file does. Content that keeps its size and its time changes the status time, which no
 * program can set.
 *
 * @returns undefined for a file that has just changed: it can change again and look the same
 */
export function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string | undefined {
  return Date.now() - ctimeMs < TICK_MS ? undefined : `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/** The stamp of what is at a path, be it a link; undefined also where there is none. */
export function stampAt(path: string): string | undefined {
  const info = lookAt(path);
  return info && stampOf(info);
}

/**
 * The status of what is at a path, be it a link; undefined where there is none. A look that waits for a thread takes 30 µs
 * of CPU, this one 3; a request to a server takes a dozen.
 */
export function lookAt(path: string): Stats | undefined {
  return unlessMissingSync(() => lstatSync(path, { throwIfNoEntry: false }), path);
}
