import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { makeFiles } from '../../io/tar/support/archives.js';
import { begin } from '../../store/registry/support/start.js';
import type { RegistryOptions } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';

/** A fresh directory with these files, which is the current one while the test runs. */
export async function inDirectory(files: Readonly<Record<string, string | Buffer>> = {}): Promise<string> {
  const before = process.cwd();
  const directory = await tempDir();
  onTestFinished(() => process.chdir(before));
  await makeFiles(directory, files);
  process.chdir(directory);
  return directory;
}

/** An empty layout. */
export async function newLayout() {
  return openLayout(join(await tempDir(), 'layout'), { create: true });
}

/** The kinds of place that most operations are tried in. */
export const PLACES: readonly (readonly [string, () => Promise<Store>])[] = [
  ['a layout', newLayout],
  ['a registry with the Referrers API', () => registryStore()],
  ['a registry without it', () => registryStore({ referrers: 'none' })],
];

async function registryStore(options: RegistryOptions = {}): Promise<Store> {
  return (await begin(options)).store;
}
