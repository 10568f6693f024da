import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { runAll } from '../../io/async/run-all.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { systemCode } from '../../io/files/system-error.js';
import type { Source } from '../../store/interfaces/store.js';
import type { NamedLayer } from './layer-names.js';
import type { WrittenFile } from './schema.js';
import { type StagedFile, stageFile, type WriteFilesOptions } from './stage-file.js';

/** Writes named files, all of them or none; returns the outcome of each, in their order. */
export async function writeFiles(
  source: Source,
  layers: readonly NamedLayer[],
  options: WriteFilesOptions,
): Promise<readonly WrittenFile[]> {
  const output = options.output ?? '.';
  const created = await makeDirectory(output);
  const staged: StagedFile[] = [];
  try {
    await runAll(
      layers,
      async (layer: NamedLayer, signal) => {
        staged.push(await stageFile(source, layer, output, { ...options, signal }));
      },
      options,
    );
    // Directories come last: unpacking checks for files in its way.
    const files = new Map<string, WrittenFile>();
    for (const file of staged.toSorted((a, b) => Number(a.isDirectory) - Number(b.isDirectory))) {
      files.set(file.name, await file.commit());
    }
    return layers.flatMap(({ name }) => files.get(name) ?? []);
  } finally {
    await Promise.all(staged.map((file) => file.discard()));
    if (created !== undefined) await removeEmpty(output, created);
  }
}

/** Removes a directory and the parents that were created for it, as long as they are empty. */
async function removeEmpty(output: string, created: string): Promise<void> {
  let directory = resolve(output);
  try {
    for (; directory.length >= resolve(created).length; directory = dirname(directory)) await rmdir(directory);
  } catch (error) {
    // A directory that is not empty stays.
    if (systemCode(error) === undefined) throw error;
  }
}
