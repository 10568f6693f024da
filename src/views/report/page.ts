import type { ReportEnd, ReportRow } from '../../operations/report/schema.js';
import { failureOf, notesOf, troublesOf, wordsOf } from '../../operations/report/words.js';
import { type Html, html, raw } from '../html/html.js';
import { date, digest, text } from '../html/marks.js';
import { page } from '../html/page.js';
import SCRIPT from './script.js?raw';
import STYLE from './style.css?raw';

/** The shape of a page of a report. */
export interface ReportPage {
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly hasPolicy: boolean;
  readonly now: Date;
}

const MARKS: Readonly<Record<string, string>> = {
  yes: '✓',
  verified: '✓',
  kept: '✓',
  no: '✗',
  broken: '✗',
  unverified: '!',
  partly: '±',
  unknown: '?',
};

/** Marks the places of a page that come later; no text can hold it, since `<` is escaped. */
const LATER = '<!-- later -->';

/**
 * A page of a report, in pieces: one file that asks nobody. It reads without its script, which sorts and filters.
 */
export function reportPage({ columns, hasPolicy, now }: ReportPage) {
  const kinds = hasPolicy ? [...columns, 'policy'] : columns;
  const names = ['image', ...kinds, 'newest'];
  const options = kinds.flatMap((name, index) =>
    ['yes', 'no', 'partly', 'unverified', 'verified', 'unknown', 'kept', 'broken']
      .filter((state) => (name === 'policy' ? POLICY : STATES).includes(state))
      .map((state) => html`<option value="${index + 1} ${state}">${name}: ${state}</option>`),
  );
  const body = html`<header class="intro">
<p class="eyebrow">remora report</p>
<h1>Attachments of images</h1>
<p class="lead">As they were at ${date(now.toISOString())}</p>
</header>
<main id="main" class="report">
<div class="tools" hidden>
<label>Search <input type="search" autocomplete="off"></label>
<label>Show <select><option value="">all images</option>${options}<option value="0 failed">images that could not be asked</option><option value="0 absent">images that do not exist</option></select></label>
<output class="muted"></output>
</div>
<div class="scroll" role="region" aria-label="Images" tabindex="0"><table class="report-table">
<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${raw(LATER)}</tbody>
</table></div>
${raw(LATER)}</main>`;
  const whole = page({ title: 'Attachments of images – remora report', body, style: STYLE, script: SCRIPT });
  const [head = '', middle = '', tail = ''] = whole.split(LATER);
  return {
    begin: () => head,
    row: (row: ReportRow) => rowOf(row, columns, hasPolicy, now).text,
    end: ({ summary }: ReportEnd) => `${middle}${sums(summary).text}${tail}`,
  };
}

/** The classes of rows that the filter shows. */
const CLASSES = { unasked: 'failed', absent: 'absent', mistaken: 'mistaken' } as const;

const STATES = ['yes', 'no', 'partly', 'verified', 'unverified', 'unknown'];
const POLICY = ['kept', 'broken', 'unknown'];

function rowOf(row: ReportRow, columns: readonly string[], hasPolicy: boolean, now: Date): Html {
  const notes = notesOf(row);
  const words = [row.reference, row.digest ?? '', ...notes].join(' ').toLowerCase();
  const states = wordsOf(row, columns, hasPolicy);
  const failure = failureOf(row) ?? (row.incomplete && 'unasked');
  return html`<tr data-words="${words}"${failure !== undefined && html` class="${CLASSES[failure]}"`}><td data-key="${row.reference}">${text(row.reference)}${row.digest !== undefined && html`<br>${digest(row.digest)}`}${notes.map((note) => html`<div class="note">${text(note)}</div>`)}</td>${states.map(
    (state) =>
      state === undefined
        ? html`<td data-key="">–</td>`
        : html`<td data-state="${state}" data-key="${state}"><span class="state ${state}"><span aria-hidden="true">${MARKS[state] ?? ''}</span> ${state}</span></td>`,
  )}<td data-key="${row.newest ?? ''}">${row.newest !== undefined && date(row.newest, now)}</td></tr>
`;
}

function sums(summary: ReportEnd['summary']): Html {
  const { images, failed, absent, mistaken, columns } = summary;
  const count = (number: number | string, words: string, tone = '') =>
    html`<li${tone !== '' && html` class="${tone}"`}><strong>${number}</strong> ${words}</li>`;
  // Of images that were asked in part, or not at all, nothing may be known.
  const isUnasked = failed === images && failed > absent + mistaken;
  const kinds = Object.entries(columns).map(([name, { yes, partly, unknown, verified }]) => {
    const isUnknown = yes + partly === 0 && (unknown > failed || isUnasked);
    return count(isUnknown ? '?' : (verified ?? yes), `with ${verified === undefined ? '' : 'verified '}${name}`);
  });
  const troubles = troublesOf(summary).map(({ count: number, words }) => count(number, words, 'bad'));
  return html`<ul class="sums" aria-label="Sums">${count(images, images === 1 ? 'image' : 'images')}${kinds}${troubles}</ul>
`;
}
