import { readFile } from 'node:fs/promises';
import { RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import { tagRange } from '../../oci/names/tag-range.js';
import type { CopyNames } from '../../operations/copy/roots.js';

/**
 * The tags that the flags of `copy` select; undefined where none of these flags is given.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: a range that is none, or tags to leave out of those of no flag; `NOT_FOUND`, `IO`
 */
export async function tagNames(flags: {
  readonly 'all-tags': boolean;
  readonly tag?: readonly string[] | undefined;
  readonly 'tags-from'?: string | undefined;
  readonly semver?: string | undefined;
  readonly 'no-tag'?: readonly string[] | undefined;
}): Promise<CopyNames | undefined> {
  const { 'all-tags': all, tag: patterns, 'tags-from': path, semver: range, 'no-tag': except } = flags;
  if (range !== undefined) await tagRange(range);
  const isNone = path === undefined && patterns === undefined && range === undefined && !all;
  if (isNone && except !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', '--no-tag is given, and no flag that copies several tags', {
      hint: 'Give --all-tags as well, or --tag, --semver or --tags-from',
    });
  if (isNone) return undefined;
  const listed = path === undefined ? undefined : await readLines(path);
  return { all: all || undefined, patterns, listed, range, except };
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
