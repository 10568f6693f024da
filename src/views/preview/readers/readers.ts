import type { Reader } from '../model/reader.js';
import { spdx } from './spdx.js';

/** Readers of JSON, each for a format that names itself. */
export const READERS: readonly Reader[] = [spdx];
