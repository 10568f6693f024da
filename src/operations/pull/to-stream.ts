import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { RemoraError } from '../../errors.js';
import { interrupted } from '../../io/async/interrupt.js';
import { createTempFile, writeStream } from '../../io/files/temp-file.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Source } from '../../store/interfaces/store.js';
import type { PullSelectedOptions } from './pull.js';
import { unwrapFiles } from './unwrap-layers.js';
import { wantedFiles } from './wanted.js';

/**
 * Writes the one file that was selected to a stream, which stays open. Nothing is written before all of it was
 * verified: it waits in a temporary file.
 *
 * @returns the descriptor of what was written
 * @throws RemoraError `AMBIGUOUS` for several files, `NO_MATCH` for none, and as `pullSelected`
 */
export async function streamSelected(
  store: Source,
  out: NodeJS.WritableStream,
  options: PullSelectedOptions,
): Promise<Descriptor> {
  const { reference, manifests } = await wantedFiles(store, options);
  const files = manifests.flatMap((manifest) => manifest.files);
  const [only] = files;
  if (only === undefined) {
    throw new RemoraError('NO_MATCH', `${reference} has no files, wanted one`, {
      hint: 'See what it has with inspect',
    });
  }
  if (files.length > 1) {
    throw new RemoraError('AMBIGUOUS', `${files.length} files would go to standard output, wanted one`, {
      candidates: files.map(({ layer }) => layer.annotations?.[Annotation.title] ?? layer.digest),
      hint: 'Fetch them into a directory with -o',
    });
  }
  const { signal } = options;
  const [unwrapped] = options.unwrap ? await unwrapFiles(store, files, options) : [];
  const file = await createTempFile(tmpdir(), 0o600);
  try {
    await writeStream(file, unwrapped?.open() ?? (await store.openBlob(only.layer, { signal })), signal);
    await pipeline(createReadStream(file.path), out, { end: false, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw signal?.aborted ? interrupted(signal) : error;
  } finally {
    await file.discard();
  }
  return unwrapped?.descriptor ?? only.layer;
}
