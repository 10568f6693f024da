import type { Readable } from 'node:stream';
import { isRemoraError } from '../../errors.js';
import { counted } from '../../io/count.js';
import { verified } from '../../io/verify.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { TransferOptions } from '../store.js';

export type OpenSource = () => Promise<Readable>;

/**
 * The content of one attempt to upload, verified on its way out. Remembers whether it failed by itself: a file that
 * changed or cannot be read must not be taken for a fault of the network, which would be tried again.
 */
export class UploadSource {
  /** Why the content could not be had; undefined when whatever failed was not the source. */
  error: unknown;

  constructor(
    private readonly expected: Descriptor,
    private readonly read: OpenSource,
    private readonly options: TransferOptions,
  ) {}

  async open(): Promise<Readable> {
    try {
      return this.#watched(await this.read());
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  #watched(source: Readable): Readable {
    let isOpen = true;
    // The network's failure closes the stream before it reaches the source, so that what comes later is not its own.
    source.on('error', (error) => {
      if (isOpen) this.error ??= error;
    });
    const stream = verified(source, this.expected);
    stream.on('error', (error) => {
      isOpen = false;
      if (isRemoraError(error)) this.error ??= error;
    });
    stream.on('close', () => {
      isOpen = false;
    });
    const { onProgress } = this.options;
    onProgress?.(0);
    return onProgress === undefined ? stream : counted(stream, onProgress);
  }
}
