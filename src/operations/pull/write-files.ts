import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { runAll } from '../../io/async/run-all.js';
import { UnpackLimit, type UnpackLimitOptions } from '../../io/compression/unpack-limit.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { systemCode } from '../../io/files/system-error.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Attachment } from '../attached/attachment.js';
import type { WantedFile } from './index-files.js';
import type { NamedLayer } from './layer-names.js';
import type { LeftOut } from './left-out.js';
import { refuseOverlap } from './overlap.js';
import type { WrittenFile } from './schema.js';
import { type StagedFile, type StageFileOptions, stageFile } from './stage-file.js';

/**
 * Writes files, each name once: all of them, or none but those of attachments that nothing failed of.
 *
 * @returns the outcome of each name that was written
 */
export async function writeFiles(
  source: Source,
  named: ReadonlyMap<WantedFile, NamedLayer>,
  leftOut: LeftOut,
  options: Omit<StageFileOptions, 'limit'> & UnpackLimitOptions,
): Promise<ReadonlyMap<string, WrittenFile>> {
  const output = options.output ?? '.';
  const owners = new Map<string, Attachment[]>();
  for (const [{ attachment }, { name }] of named) owners.set(name, [...(owners.get(name) ?? []), attachment]);
  const ownersOf = ({ name }: { readonly name: string }) => owners.get(name) ?? [];
  const isLeftOut = (file: { readonly name: string }) => ownersOf(file).every((owner) => leftOut.has(owner));
  const layers = new Map([...named.values()].map((layer) => [layer.name, layer]));
  const packed = [...layers.values()].filter(({ directory }) => directory);
  const limit = new UnpackLimit(
    packed.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    options,
  );
  const staged: StagedFile[] = [];
  const written = new Map<string, WrittenFile>();
  const unlessFailed = async (file: { readonly name: string }, work: () => Promise<unknown>) => {
    if (isLeftOut(file)) return;
    try {
      await work();
    } catch (error) {
      leftOut.failed(`file ${file.name}`, error, ownersOf(file));
    }
  };
  const created = await makeDirectory(output);
  try {
    const stage = async (layer: NamedLayer, signal: AbortSignal) =>
      unlessFailed(layer, async () =>
        staged.push(await stageFile(source, layer, output, { ...options, limit, signal })),
      );
    await runAll([...layers.values()], stage, options);
    for (const file of staged) await unlessFailed(file, () => refuseOverlap(file, staged));
    // Directories come last: moving them checks for files in their way.
    for (const file of staged.toSorted((a, b) => Number(a.isDirectory) - Number(b.isDirectory)))
      await unlessFailed(file, async () => written.set(file.name, await file.commit()));
    return written;
  } finally {
    await Promise.all(staged.map((file) => file.discard()));
    if (created !== undefined) await removeEmpty(output, created);
  }
}

/** Removes a directory and the parents that were created for it, as long as they are empty. */
export async function removeEmpty(output: string, created: string): Promise<void> {
  let directory = resolve(output);
  try {
    for (; directory.length >= resolve(created).length; directory = dirname(directory)) await rmdir(directory);
  } catch (error) {
    // A directory that is not empty stays.
    if (systemCode(error) === undefined) throw error;
  }
}
