import { facts, notice } from '../../html/blocks.js';
import { type Html, html } from '../../html/html.js';
import type { Facts, Hex, Inner, Note, Part, Preview, Text } from '../model/preview.js';
import { folded } from './folded.js';
import { heading } from './heading.js';
import STYLE from './preview.css?raw';
import { shown } from './shown.js';
import { renderTable } from './table.js';
import { renderTree } from './tree.js';

/** The rules of a page with previews, after those that all pages share. */
export const PREVIEW_STYLE: string = STYLE;

/** The markup of a preview, without a frame: sections with headings from `<h3>` on. */
export function renderPreview(preview: Preview, level = 3): Html {
  return html`<div class="preview">${preview.notes.map(renderNote)}${preview.parts.map((part) => renderPart(part, level))}</div>`;
}

function renderNote({ level, text }: Note): Html {
  return notice(level === 'warning' ? 'warn' : 'plain', html`<p>${shown(text)}</p>`);
}

function renderPart(part: Part, level: number): Html {
  switch (part.type) {
    case 'facts':
      return renderFacts(part, level);
    case 'table':
      return renderTable(part, level);
    case 'tree':
      return renderTree(part, level);
    case 'text':
      return renderText(part, level);
    case 'hex':
      return renderHex(part, level);
    case 'inner':
      return renderInner(part, level);
  }
}

function renderFacts({ title, facts: pairs }: Facts, level: number): Html {
  return html`<section>${heading(level, shown(title))}${facts(pairs.map(({ name, value }) => [name, shown(value)]))}</section>`;
}

function renderText({ title, isOpen, lines, isCut }: Text, level: number): Html {
  const text = html`<pre class="lines" tabindex="0" role="region" aria-label="${title}"><code>${lines.map(
    (line) => html`<span class="line">${shown(line)}
</span>`,
  )}</code></pre>${isCut && html`<p class="more">The text goes on: download the file for all of it.</p>`}`;
  return isOpen ? html`<section>${heading(level, title)}${text}</section>` : folded(title, text);
}

function renderHex({ lines, more }: Hex, level: number): Html {
  return html`<section>${heading(level, 'First bytes')}<pre class="hex" tabindex="0" role="region" aria-label="First bytes"><code>${lines.map(
    ({ offset, bytes, text }) => html`<span class="offset">${offset}</span>  ${bytes.padEnd(47)}  ${text}
`,
  )}</code></pre>${more > 0 && html`<p class="more">${more} more bytes: download the file for all of it.</p>`}</section>`;
}

function renderInner({ title, preview }: Inner, level: number): Html {
  return html`<section class="inner">${heading(level, html`${title}: ${shown(preview.what)}`)}${renderPreview(preview, level + 1)}</section>`;
}
