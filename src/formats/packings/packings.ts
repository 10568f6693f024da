import { helm } from './helm.js';
import type { Packing } from './packing.js';

/** All packings; a format that is to follow has its line here. */
export const PACKINGS: readonly Packing[] = [helm];
