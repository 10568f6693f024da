import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRemoraError } from '../../errors.js';
import { parseAuthKey } from '../../io/credentials/auths-key.js';
import { configPlaces, type Environment } from '../../io/credentials/config-files.js';
import { ifSystemError, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { listTags } from '../../operations/repo/list-tags.js';

/** Names below a directory that are shown; a shell asks before it shows so many. */
const MOST = 500;

/** A place in the file system: its scheme, the path, and what stands behind the path. */
const LOCAL = /^(oci:|ocidir:\/\/|oci-archive:|dir:|(?=\.{0,2}\/))(.*)$/s;

/**
 * Completes the beginning of a place: directories and archives, tags of a layout, and registries that credentials are
 * kept for. It asks no network, and no credential helper.
 */
export async function completePlace(word: string, env: Environment = process.env): Promise<readonly string[]> {
  const [, scheme, rest = ''] = LOCAL.exec(word) ?? [];
  if (scheme === undefined) return (await knownNames(env)).filter((name) => name.startsWith(word));
  const colon = rest.indexOf(':');
  const found = colon < 0 ? await paths(scheme, rest) : await tags(scheme, rest.slice(0, colon));
  return found.filter((text) => text.startsWith(word)).slice(0, MOST);
}

async function knownNames(env: Environment): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const place of configPlaces(env)) {
    try {
      const config = await place.read();
      if (config !== undefined) keys.push(...config.auths.keys(), ...config.credHelpers.keys());
    } catch (error) {
      // A file of credentials that cannot be read has no names; login --list says why.
      if (!isRemoraError(error)) throw error;
    }
  }
  const names = keys.map((key) => {
    const { registry, namespace } = parseAuthKey(key);
    return `${registry}/${namespace === '' ? '' : `${namespace}/`}`;
  });
  return [...new Set([...names.sort(), 'oci:', 'oci-archive:'])];
}

async function paths(scheme: string, path: string): Promise<readonly string[]> {
  const folder = path.endsWith('/') ? path : path === '' || !path.includes('/') ? '' : `${dirname(path)}/`;
  const entries = await ifSystemError(readdir(folder || '.', { withFileTypes: true }), ...UNREADABLE_CODES);
  const found = await Promise.all(
    (entries ?? []).map(async (entry) => {
      const name = `${scheme}${folder}${entry.name}`;
      if (entry.isFile()) return /\.(?:tar|tar\.gz|tgz|tar\.zst|tzst)$/.test(entry.name) ? [name] : [];
      if (!entry.isDirectory() && !entry.isSymbolicLink()) return [];
      // The tags of a layout come next.
      const isLayout = await ifSystemError(stat(join(folder, entry.name, 'index.json')), ...UNREADABLE_CODES);
      return [`${name}${isLayout === undefined ? '/' : ':'}`];
    }),
  );
  return found.flat().sort();
}

async function tags(scheme: string, path: string): Promise<readonly string[]> {
  try {
    const { tags } = await listTags({ kind: 'layout', path: join(path) });
    return tags.map((tag) => `${scheme}${path}:${tag}`);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return [];
  }
}
