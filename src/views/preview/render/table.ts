import { table } from '../../html/blocks.js';
import { type Html, html } from '../../html/html.js';
import type { Cell, Column, Table } from '../model/preview.js';
import { heading } from './heading.js';
import { shown } from './shown.js';

/** The tones of words that levels, severities and states have. */
const TONES: ReadonlyMap<string, string> = new Map([
  ...['error', 'critical', 'high', 'affected', 'exploitable', 'known_affected', 'failed'].map(
    (word): [string, string] => [word, 'bad'],
  ),
  ...['warning', 'medium', 'moderate', 'under_investigation', 'in_triage'].map((word): [string, string] => [
    word,
    'warn',
  ]),
  ...['not_affected', 'known_not_affected', 'fixed', 'resolved', 'passed'].map((word): [string, string] => [
    word,
    'good',
  ]),
]);

/** The rows of a table that a preview has, with the number of those that it leaves out. Columns without a value are left out. */
export function renderTable({ title, nouns, columns, rows, total }: Table, level: number): Html {
  const [one, many] = nouns;
  const number = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
  const head = heading(level, html`${shown(title)} <span class="count">${number(total)}</span>`);
  if (rows.length === 0) return html`<section>${head}</section>`;
  const used = columns.flatMap((column, index) =>
    rows.some((row) => row[index]?.text !== '' || row[index]?.detail !== undefined) ? [{ column, index }] : [],
  );
  const content = table(
    title,
    used.map(({ column: { name, style } }) => (style === 'number' ? { name, as: 'number' } : { name })),
    rows.map((row) => ({
      cells: used.map(({ column, index }) => renderCell(column, row[index])),
      words: row.map(({ text, detail = '' }) => `${text} ${detail}`).join(' '),
    })),
  );
  const more = total - rows.length;
  return html`<section>${head}${content}${more > 0 && html`<p class="more">${moreNumber(more, nouns)}: download the file for all of them.</p>`}</section>`;
}

function moreNumber(more: number, [one, many]: Table['nouns']): string {
  return `${more.toLocaleString('en')} more ${more === 1 ? one : many}`;
}

function renderCell({ style }: Column, cell: Cell | undefined): Html {
  const { text = '', detail = '' } = cell ?? {};
  const below = detail !== '' && html`<small class="detail">${shown(detail)}</small>`;
  if (text === '') return html`${below}`;
  if (style === 'level')
    return html`<span class="level ${TONES.get(text.toLowerCase())}">${shown(text)}</span>${below}`;
  const content = style === 'code' ? html`<code>${shown(text)}</code>` : html`<span class="cell">${shown(text)}</span>`;
  return html`${content}${below}`;
}
