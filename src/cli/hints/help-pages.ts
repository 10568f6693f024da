import EXIT_CODES from '../../../docs/exit-codes.md?raw';
import PLACES from '../../../docs/places.md?raw';
import { plainText } from './markdown.js';

const PAGES: Readonly<Record<string, string>> = { 'exit-codes': EXIT_CODES, places: PLACES };

/**
 * A page of the documentation as help: its text to the first section, tables as lists.
 *
 * @param wrap breaks a text at the width of the terminal, so many columns further in
 */
export function helpPage(name: string, wrap: (text: string, indent: number) => string): string {
  const [, title = '', text = ''] = /^# (.*)\n([\s\S]*?)(?=\n## |$(?![\s\S]))/.exec(PAGES[name] ?? '') ?? [];
  const parts = text
    .trim()
    .split(/\n{2,}/)
    .map((part) => {
      if (part.startsWith('|'))
        return part
          .split('\n')
          .slice(2)
          .map((row) => listed(row, wrap))
          .join('\n');
      if (part.startsWith('```'))
        return part
          .split('\n')
          .slice(1, -1)
          .map((line) => `  ${line}`)
          .join('\n');
      return wrap(plainText(part.replaceAll('\n', ' ')), 0);
    });
  return [title, ...parts].join('\n\n');
}

/** A row of a table: the first cell, and the others below it. */
function listed(row: string, wrap: (text: string, indent: number) => string): string {
  const [first = '', ...others] = row
    .slice(1, -1)
    .split(' | ')
    .map((cell) => plainText(cell.trim()));
  return first.length < 5 && others.length === 1
    ? `  ${first.padEnd(4)} ${wrap(others[0] ?? '', 7).trimStart()}`
    : `${wrap(first, 2)}\n${others.map((cell) => wrap(cell, 6)).join('\n')}`;
}
