import { describeSelection, type LookSelection } from '../attached/selection.js';
import { withAttached } from '../places/elsewhere.js';
import { type Location, resolveLocation } from '../places/location.js';
import { layerBytes } from './layer-bytes.js';
import { onlyFile } from './only-file.js';
import { unwrapWanted } from './unwrap-layers.js';
import { type SelectOptions, wantedFiles, wantedOptions } from './wanted.js';

/** Options of {@link read}. */
export interface ReadOptions extends Omit<SelectOptions, 'selection'> {
  /** The most bytes that the file may have. @default 67108864 (64 MiB) */
  readonly maxBytes?: number | undefined;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads and verifies the only file of an artifact, or of the selected attachment.
 *
 * @param location `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @param selection the attachment, like `{ kind: 'sbom' }`; an empty selection reads the artifact itself
 * @returns the file's bytes, unpacked from their statement with `unwrap`; with `verify` those that `trust` verifies
 * @throws RemoraError `NO_MATCH`, `NOT_VERIFIED`, `AMBIGUOUS` (several matches or files, in `candidates`), `SIZE_MISMATCH` (more than
 *   `maxBytes`), `DIGEST_MISMATCH`, and as the store
 */
export async function read(
  location: Location,
  selection: LookSelection = {},
  options: ReadOptions = {},
): Promise<Buffer> {
  const at = resolveLocation(location);
  const isSelection = selection.latest || selection.all || describeSelection(selection).length > 0;
  const wantedBy = wantedOptions({ ...options, selection: isSelection ? selection : undefined });
  const { signal, unwrap, maxBytes = MAX_BYTES } = options;
  return withAttached(at, options, async (source, selector) => {
    const file = onlyFile(await wantedFiles(source, selector, wantedBy), {
      where: 'would be read',
      hint: 'Pull them into a directory, or select one',
    });
    if (!unwrap) return layerBytes(source, file.layer, { signal, maxBytes });
    return (await unwrapWanted(source, file, { signal, maxBytes })).bytes;
  });
}
