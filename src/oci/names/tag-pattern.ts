/** True when a tag fits a shell pattern: `*` is any text, `?` is any character, other characters are themselves. */
export function matchesTag(pattern: string, tag: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(tag);
}
