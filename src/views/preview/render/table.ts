import { table } from '../../html/blocks.js';
import { type Html, html } from '../../html/html.js';
import { visible } from '../../visible.js';
import type { Cell, Column, Table } from '../model/preview.js';
import { heading } from './heading.js';
import type { Place } from './place.js';
import { shown } from './shown.js';

/** The tones of words that levels, severities and states have. */
const TONES: ReadonlyMap<string, string> = new Map([
  ...['error', 'critical', 'high', 'affected', 'exploitable', 'known_affected', 'failed'].map(
    (word): [string, string] => [word, 'bad'],
  ),
  ...['warning', 'medium', 'moderate', 'warned', 'under_investigation', 'in_triage'].map((word): [string, string] => [
    word,
    'warn',
  ]),
  ...['not_affected', 'known_not_affected', 'fixed', 'resolved', 'passed'].map((word): [string, string] => [
    word,
    'good',
  ]),
]);

/** A table of more rows has a search, where the page has a script. */
const SEARCHED = 10;

/** The rows that a preview has, and the number of those that it leaves out. A column without any value is left out, too. */
export function renderTable({ title, nouns: [one, many], columns, rows, total }: Table, place: Place): Html {
  const head = heading(place.level, html`${shown(title)} <span class="count">${total.toLocaleString('en')}</span>`);
  if (rows.length === 0) return html`<section>${head}</section>`;
  const used = columns.flatMap((column, index) =>
    rows.some((row) => row[index]?.text !== '' || row[index]?.detail !== undefined) ? [{ column, index }] : [],
  );
  const content = table(
    title,
    used.map(({ column: { name, style } }) => (style === 'number' ? { name, as: 'number' } : { name })),
    rows.map((row) => ({
      cells: used.map(({ column, index }) => renderCell(column, row[index])),
      words: visible(row.map(({ text, detail = '' }) => `${text} ${detail}`).join(' ')),
    })),
  );
  const id = `rows-${place.path}`;
  const more = total - rows.length;
  return html`<section>${head}${rows.length > SEARCHED && search(id, title)}<div id="${id}">${content}</div>
${more > 0 && html`<p class="more">${more.toLocaleString('en')} more ${more === 1 ? one : many}: download the file for all of them.</p>`}</section>`;
}

function search(id: string, title: string): Html {
  return html`<div class="tools" hidden><label>Find in ${shown(title.toLowerCase())} <input type="search" data-filters="${id}" autocomplete="off" spellcheck="false"></label><span id="${id}-count" class="muted" role="status"></span></div>`;
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
