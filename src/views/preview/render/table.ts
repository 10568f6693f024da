import { type Html, html } from '../../html/html.js';
import type { Cell, Column, Table } from '../model/preview.js';
import { heading } from './heading.js';
import { shown } from './shown.js';

/** Words of levels and states that have a colour; each is the class of its mark. */
const MARKS: Readonly<Record<string, string>> = {
  error: 'bad',
  critical: 'bad',
  high: 'bad',
  affected: 'bad',
  exploitable: 'bad',
  known_affected: 'bad',
  warning: 'warn',
  medium: 'warn',
  moderate: 'warn',
  under_investigation: 'warn',
  in_triage: 'warn',
  not_affected: 'good',
  known_not_affected: 'good',
  fixed: 'good',
  resolved: 'good',
};

/** A table of a preview, which scrolls sideways by itself on a narrow page. */
export function renderTable({ title, nouns, columns, rows, total }: Table, level: number): Html {
  const [one, many] = nouns;
  const count = `${total.toLocaleString('en')} ${total === 1 ? one : many}`;
  if (rows.length === 0) return html`<section>${heading(level, shown(title))}<p class="more">${count}</p></section>`;
  const used = columns.map((_, index) => rows.some((row) => row[index]?.text !== ''));
  const kept = <T>(list: readonly T[]) => list.filter((_, index) => used[index]);
  return html`<section>${heading(level, html`${shown(title)} <span class="count">${count}</span>`)}
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${kept(columns).map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${kept(columns.map((column, index) => renderCell(column, row[index])))}</tr>
`,
  )}</tbody></table></div>${moreRows(total - rows.length, nouns)}</section>`;
}

function moreRows(more: number, [one, many]: Table['nouns']): Html | undefined {
  if (more <= 0) return undefined;
  return html`<p class="more">${more.toLocaleString('en')} more ${more === 1 ? one : many}: download the file for all of them.</p>`;
}

function renderCell({ style }: Column, cell: Cell | undefined): Html {
  const { text = '', detail = '' } = cell ?? {};
  const below = detail !== '' && html`<br><small>${shown(detail)}</small>`;
  if (style === 'level' && text !== '')
    return html`<td><span class="mark ${markOf(text)}">${shown(text)}</span>${below}</td>`;
  return html`<td class="${style}">${shown(text)}${below}</td>`;
}

function markOf(text: string): string {
  const name = text.toLowerCase();
  return Object.hasOwn(MARKS, name) ? `mark-${MARKS[name] ?? ''}` : '';
}
