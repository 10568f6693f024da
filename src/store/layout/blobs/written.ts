import { Readable } from 'node:stream';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { type Descriptor, embeddedData } from '../../../oci/values/descriptor.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../../oci/values/empty.js';
import type { CallOptions } from '../../interfaces/store.js';
import { writeBlob } from './write.js';

type Open = () => Promise<Readable>;

/** The content that a store has written, and can write again: others may remove it before a manifest names it. */
export class Written {
  readonly #sources = new Map<string, Open>();

  add(descriptor: Descriptor, open: Open): void {
    this.#sources.set(keyOf(descriptor), open);
  }

  has(descriptor: Descriptor): boolean {
    return this.#sources.has(keyOf(descriptor));
  }

  /** Writes content again; false where it is not at hand, as after a stream that comes once. */
  async again(directory: string, descriptor: Descriptor, options: CallOptions): Promise<boolean> {
    const open = this.#sources.get(keyOf(descriptor)) ?? atHand(descriptor);
    if (open === undefined) return false;
    const written = writeBlob(directory, descriptor, open, { signal: options.signal });
    return (await orUndefined(written, 'NOT_FOUND', 'CHANGED', 'SIZE_MISMATCH', 'DIGEST_MISMATCH')) !== undefined;
  }
}

/** A manifest may name a wrong size: no writer wrote that. */
function keyOf({ digest, size }: Descriptor): string {
  return `${digest} ${size}`;
}

function atHand(descriptor: Descriptor): Open | undefined {
  const bytes = descriptor.digest === EMPTY_DESCRIPTOR.digest ? EMPTY_BYTES : embeddedData(descriptor);
  return bytes && (async () => Readable.from([bytes], { objectMode: false }));
}
