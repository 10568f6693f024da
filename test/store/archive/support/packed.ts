import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchive } from '../../../../src/store/archive/open.js';
import type { LayoutSource } from '../../../../src/store/layout/source.js';
import { type HostileEntry, tarOf } from '../../../io/tar/support/archives.js';
import { onTestFinished } from '../../../support/at-once.js';
import { tempDir, tree } from '../../../support/temp.js';

/** The files of a layout as members of an archive. What a writer has not finished is left out. */
export async function membersOf(directory: string): Promise<HostileEntry[]> {
  const names = (await tree(directory)).filter((name) => /^(blobs\/.*[^/]|index\.json|oci-layout)$/.test(name));
  const files = names.filter((name) => !name.endsWith('.tmp'));
  return Promise.all(files.map(async (name) => ({ name, content: await readFile(join(directory, name)) })));
}

/** Packs a layout into a tar archive, and gives its path. */
export async function packLayout(directory: string): Promise<string> {
  return writeArchive(await tarOf(await membersOf(directory)));
}

export async function writeArchive(bytes: Buffer, name = 'layout.tar'): Promise<string> {
  const path = join(await tempDir(), name);
  await writeFile(path, bytes);
  return path;
}

/** An archive of a layout as it is now, open until the test is done. */
export async function openPacked(directory: string): Promise<LayoutSource> {
  return openForTest(await packLayout(directory));
}

export async function openForTest(path: string): Promise<LayoutSource> {
  const source = await openArchive(path);
  onTestFinished(() => source.close());
  return source;
}
