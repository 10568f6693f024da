import { visibleLine } from '../text/visible.js';

/**
 * A text from elsewhere as a code span of Markdown, in a paragraph or in a cell of a table: there GitHub makes no mention,
 * no link and no reference to an issue of it. A cell ends at a bar that has no backslash.
 */
export function code(text: string): string {
  const shown = visibleLine(text).trim();
  if (shown === '') return '';
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

/** The same in a cell of a table. */
export function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}
