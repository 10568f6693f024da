import { type Html, html } from './html.js';

type Content = Html | string | number | undefined | false;

/** Names with their values; a pair without a value is left out. */
export function facts(pairs: readonly (readonly [name: string, value: Content])[]): Html {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== false && value !== '');
  return html`<dl class="facts">${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** A column of a {@link table}. */
export interface Column {
  readonly name: string;
  /** `number`: at the right; `text`: may be broken anywhere. @default neither */
  readonly as?: 'number' | 'text';
}

/** A row: its cells, and the words by which the search of the page finds it. */
export interface Row {
  readonly cells: readonly Content[];
  /** @default the row is not searched for */
  readonly words?: string | undefined;
}

/** A table that scrolls by itself where the window is narrow; `label` says what it shows. */
export function table(label: string, columns: readonly Column[], rows: readonly Row[]): Html {
  const kind = (index: number) => columns[index]?.as;
  const as = (index: number) => kind(index) !== undefined && html` class="${kind(index)}"`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${columns.map(({ name }, index) => html`<th scope="col"${as(index)}>${name}</th>`)}</tr></thead>
<tbody>
${rows.map(({ cells, words }) => html`<tr${words !== undefined && html` data-words="${words.toLowerCase()}"`}>${cells.map((cell, index) => html`<td${as(index)}>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A line of a {@link tree}, with the lines below it. */
export interface Branch {
  readonly label: Html;
  /** Content between the line and its branches. */
  readonly detail?: Html | undefined;
  readonly below?: readonly Branch[];
  /** @default true where it has branches */
  readonly open?: boolean;
  /** The anchor of the line. */
  readonly id?: string | undefined;
  /** @default the line is not searched for */
  readonly words?: string | undefined;
  /** Words for the filters of the page. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Lines that open and close, without a script. */
export function tree(branches: readonly Branch[], label?: string): Html {
  return html`<ul class="tree"${label !== undefined && html` aria-label="${label}"`}>${branches.map(item)}</ul>`;
}

function item({ label, detail, below = [], open = below.length > 0, id, words, data = {} }: Branch): Html {
  const attributes = [
    id !== undefined && html` id="${id}"`,
    words !== undefined && html` data-words="${words.toLowerCase()}"`,
    ...Object.entries(data).map(([name, value]) => html` data-${name}="${value}"`),
  ];
  const nested = below.length > 0 && html`<ul>${below.map(item)}</ul>`;
  const content =
    detail === undefined && nested === false
      ? html`<div class="leaf"><span class="row">${label}</span></div>`
      : html`<details${open && ' open'}><summary><span class="row">${label}</span></summary>${detail}${nested}</details>`;
  return html`<li${attributes}>${content}</li>\n`;
}

/** A message that stands out; `bad` and `warn` are announced to screen readers by their place at the top alone. */
export function notice(tone: 'good' | 'warn' | 'bad' | 'plain', content: Html): Html {
  return html`<div class="notice ${tone}">${content}</div>`;
}
