import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RemoraError } from '../../errors.js';
import { runAll } from '../../io/async/run-all.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { layersOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { Source } from '../../store/interfaces/store.js';
import { resultFields } from '../results/manifest-fields.js';
import { type NamedLayer, nameLayers } from './layer-names.js';
import type { PullOptions } from './options.js';
import { type PulledFile, type StagedFile, stageFile } from './stage-file.js';

/** One artifact that was pulled. */
export interface PulledArtifact {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly files: readonly PulledFile[];
}

/**
 * Fetches the files of an artifact. Each is verified in a temporary file, and all are there before the first takes its
 * name; a file that is right already is left alone. Names are taken as hostile: nothing is written outside of `output`.
 *
 * @throws RemoraError `MALFORMED` (a name that cannot be used, two files with one name), `EXISTS` (noClobber, or a
 *   directory or symlink in the way), `NO_MATCH` (an image has no files), `AMBIGUOUS` (an index), and as the store does
 */
export async function pull(store: Source, manifest: Manifest, options: PullOptions = {}): Promise<PulledArtifact> {
  const layers = nameLayers(filesOf(store, manifest));
  return { ...resultFields(store, referrerEntry(manifest)), files: await writeFiles(store, layers, options) };
}

/** Writes files that have their names, all of them or none; gives what became of each, in their order. */
export async function writeFiles(
  store: Source,
  layers: readonly NamedLayer[],
  options: PullOptions,
): Promise<readonly PulledFile[]> {
  const output = options.output ?? '.';
  const created = await makeDirectory(output);
  const staged: StagedFile[] = [];
  try {
    await runAll(
      layers,
      async (layer: NamedLayer, signal) => {
        staged.push(await stageFile(store, layer, output, { ...options, signal }));
      },
      options,
    );
    // Directories come last: they check for what is in their way themselves.
    const files = new Map<string, PulledFile>();
    for (const file of staged.toSorted((a, b) => Number(a.isDirectory) - Number(b.isDirectory))) {
      files.set(file.name, await file.commit());
    }
    return layers.flatMap(({ name }) => files.get(name) ?? []);
  } finally {
    await Promise.all(staged.map((file) => file.discard()));
    // Only when nothing came into it.
    if (created !== undefined) await removeEmpty(output, created);
  }
}

/**
 * The layers of an artifact that are files.
 *
 * @throws RemoraError `NO_MATCH` for an image, `AMBIGUOUS` for an index
 */
export function filesOf(store: Source, manifest: Manifest): readonly Descriptor[] {
  const reference = store.format({ digest: manifest.descriptor.digest });
  if (manifest.kind === 'index') {
    const children = manifest.content.manifests.map((entry) =>
      entry.platform ? formatPlatform(entry.platform) : entry.digest,
    );
    throw new RemoraError('AMBIGUOUS', `${reference} is an index, wanted one artifact`, {
      candidates: children,
      hint: 'Choose with --platform or a digest; for what is attached to it give --artifact-type or --all',
    });
  }
  return layersOf(manifest).filter((layer) => !isEmpty(layer));
}

/** Removes a directory and the parents that were created for it, as far as they are empty. */
async function removeEmpty(output: string, created: string): Promise<void> {
  let directory = resolve(output);
  try {
    for (; directory.length >= resolve(created).length; directory = dirname(directory)) await rmdir(directory);
  } catch {
    // Something is in it: it stays.
  }
}
