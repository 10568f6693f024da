import { makeFiles } from '../../io/tar/support/archives.js';
import type { Registry, RegistryOptions } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { runHere } from './in-process.js';
import { withImage } from './run.js';

export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const EMPTY_INDEX = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });

/** A registry and a layout, each with something as `v1`. */
export async function places(
  options: RegistryOptions = {},
): Promise<{ cwd: string; registry: Registry; image: string; all: readonly string[] }> {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'index.json': `${EMPTY_INDEX}\n` });
  await runHere(['push', './layout:v1', 'a.txt'], cwd);
  const { registry, image } = await withImage(options);
  return { cwd, registry, image, all: [image, './layout:v1'] };
}

/** The same place with another tag or a digest. */
export const at = (place: string, suffix: string) => `${place.slice(0, -':v1'.length)}${suffix}`;
/** The place as remora writes it. */
export const shown = (place: string) => place.replace(/^\.\//, 'oci:./');

export async function digestAt(place: string, cwd: string): Promise<string> {
  return (await runHere(['resolve', place], cwd)).stdout.trim();
}
