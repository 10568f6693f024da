import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { interrupted } from '../../io/async/interrupt.js';
import { createTempFile, writeStream } from '../../io/files/temp-file.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { withAttached } from '../places/elsewhere.js';
import type { Location } from '../places/location.js';
import type { UnverifiedAttachment } from '../verified/schema.js';
import { type WaitOptions, waitFor } from '../wait/wait.js';
import { onlyFile } from './only-file.js';
import type { ProgressOptions } from './progress.js';
import { unwrapFiles } from './unwrap-layers.js';
import { type SelectOptions, wantedFiles, wantedOptions } from './wanted.js';

/** Options of {@link pullToStream}. */
export interface PullToStreamOptions extends SelectOptions, ProgressOptions, WaitOptions {
  /** Called with the attachments that fit and are not verified, before the first byte is written. */
  readonly onUnverified?: ((unverified: readonly UnverifiedAttachment[]) => void) | undefined;
}

/**
 * Writes the only selected file to a stream, which stays open. The file is verified in a temporary file before its first
 * byte is written to the stream.
 *
 * @param location `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @returns the descriptor of the content that was written
 * @throws RemoraError `AMBIGUOUS` for several files, `NO_MATCH` for none, and as `pull`
 */
export async function pullToStream(
  location: Location,
  out: NodeJS.WritableStream,
  options: PullToStreamOptions = {},
): Promise<Descriptor> {
  return waitFor(options, (access) => writeNow(location, out, access));
}

async function writeNow(
  location: Location,
  out: NodeJS.WritableStream,
  options: PullToStreamOptions,
): Promise<Descriptor> {
  const wantedBy = wantedOptions(options);
  return withAttached(location, options, async (source, selector) => {
    const wanted = await wantedFiles(source, selector, wantedBy);
    const only = onlyFile(wanted, {
      where: 'would go to standard output',
      hint: 'Fetch them into a directory with -o',
    });
    const { signal, onUnverified } = options;
    if (wanted.unverified !== undefined) onUnverified?.(wanted.unverified);
    const unwrapped = options.unwrap
      ? (await unwrapFiles(source, [only], wanted.leftOut, options)).get(only)
      : undefined;
    const file = await createTempFile(tmpdir(), 0o600);
    try {
      await writeStream(file, unwrapped?.open() ?? (await source.openBlob(only.layer, { signal })), signal);
      await pipeline(createReadStream(file.path), out, { end: false, ...given({ signal }) });
    } catch (error) {
      throw signal?.aborted ? interrupted(signal) : error;
    } finally {
      await file.discard();
    }
    return unwrapped?.descriptor ?? only.layer;
  });
}
