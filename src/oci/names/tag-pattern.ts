/**
 * Whether a tag fits a pattern of a shell: `*` stands for any characters, `?` for one, all others for themselves.
 */
export function matchesTag(pattern: string, tag: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(tag);
}
