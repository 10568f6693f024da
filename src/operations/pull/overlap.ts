import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { nameKey } from '../../io/files/same-name.js';
import { fileError } from '../../io/files/system-error.js';
import { quote } from '../../oci/text/quote.js';
import type { StagedFile } from './stage-file.js';

/**
 * Refuses a file or directory that an unpacked directory of another layer has as well: the names of layers do not tell.
 *
 * @throws RemoraError `MALFORMED`
 */
export async function refuseOverlap(file: StagedFile, staged: readonly StagedFile[]): Promise<void> {
  for (const { name, unpacked, isUnpackedFile } of staged) {
    if (file.name === name || !isBelow(file.name, name)) continue;
    if (isUnpackedFile) throw overlap(name, [], file.name);
    if (unpacked === undefined) continue;
    const inner = name === '.' ? file.name.split('/') : file.name.split('/').slice(name.split('/').length);
    const clash = await clashWithin(unpacked, inner, file.unpacked);
    if (clash !== undefined) throw overlap(name, clash, file.name);
  }
}

function overlap(layer: string, clash: readonly string[], found: string): RemoraError {
  const both = `${quote(join(layer, ...clash))} of layer ${quote(layer)} and ${quote(found)}`;
  return new RemoraError('MALFORMED', `artifact gives two files one name: ${both}`, {
    found,
    hint: 'Give them names of their own, as with --name {digest}{ext}',
  });
}

function isBelow(name: string, directory: string): boolean {
  return directory === '.' || nameKey(name).startsWith(`${nameKey(directory)}/`);
}

/** The path of the entry that is in the way of `parts`; a directory stands beside a directory. */
async function clashWithin(
  directory: string,
  parts: readonly string[],
  other: string | undefined,
): Promise<readonly string[] | undefined> {
  const [part, ...deeper] = parts;
  if (part === undefined) return other === undefined ? [] : clashBetween(directory, other);
  const found = (await entriesOf(directory)).get(nameKey(part));
  if (found === undefined) return undefined;
  const clash = found.isDirectory ? await clashWithin(join(directory, found.name), deeper, other) : [];
  return clash && [found.name, ...clash];
}

async function clashBetween(one: string, other: string): Promise<readonly string[] | undefined> {
  const entries = await entriesOf(one);
  for (const [key, theirs] of await entriesOf(other)) {
    const ours = entries.get(key);
    if (ours === undefined) continue;
    const areDirectories = ours.isDirectory && theirs.isDirectory;
    const clash = areDirectories ? await clashBetween(join(one, ours.name), join(other, theirs.name)) : [];
    if (clash !== undefined) return [ours.name, ...clash];
  }
  return undefined;
}

async function entriesOf(directory: string) {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, directory);
  });
  return new Map(entries.map((entry) => [nameKey(entry.name), { name: entry.name, isDirectory: entry.isDirectory() }]));
}
