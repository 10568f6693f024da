import { readFile } from 'node:fs/promises';
import { fileError } from '../../io/files/system-error.js';
import type { CopyNames } from '../../operations/copy/roots.js';

/** The tags that the flags of `copy` select; undefined where none of these flags is given. */
export async function tagNames(flags: {
  readonly 'all-tags': boolean;
  readonly tag?: readonly string[] | undefined;
  readonly 'tags-from'?: string | undefined;
}): Promise<CopyNames | undefined> {
  const { 'all-tags': all, tag: patterns, 'tags-from': path } = flags;
  if (path === undefined && patterns === undefined && !all) return undefined;
  return { all, patterns, listed: path === undefined ? [] : await readLines(path) };
}

/** The lines of a file, without empty lines and comments. */
async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, path);
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
