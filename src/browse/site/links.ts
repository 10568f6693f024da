/** The pages, by the last part of their path. */
export type PageName = 'start' | 'open' | 'repositories' | 'tags' | 'artifact' | 'manifest' | 'file' | 'download';

/** The address of a page for a link of another one: all stand side by side. A value that is undefined is left out. */
export function link(page: PageName, query: Readonly<Record<string, string | undefined>> = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) pairs.append(name, value);
  return pairs.size === 0 ? page : `${page}?${pairs}`;
}
