import type { RepositoriesOptions } from './site.js';

/** The first names behind `last`, and whether there are more. A registry may begin its list anew whatever it was asked. */
export async function firstNames(
  all: AsyncIterable<string> | Iterable<string>,
  { last, count }: Pick<RepositoriesOptions, 'last' | 'count'>,
): Promise<{ readonly names: readonly string[]; readonly next?: string | undefined }> {
  const names: string[] = [];
  for await (const name of all) {
    if (last !== undefined && name <= last) continue;
    if (names.length === count) return { names, next: names.at(-1) };
    names.push(name);
  }
  return { names };
}
