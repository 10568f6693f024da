import { facts, notice } from '../../html/blocks.js';
import { type Html, html } from '../../html/html.js';
import type { Facts, Hex, Inner, Note, Part, Preview, Text } from '../model/preview.js';
import { folded } from './folded.js';
import { heading, headingOf } from './heading.js';
import type { Place } from './place.js';
import STYLE from './preview.css?raw';
import { shown } from './shown.js';
import { renderTable } from './table.js';
import { renderTree } from './tree.js';

/** The rules of a page with previews, after those that all pages share. */
export const PREVIEW_STYLE: string = STYLE;

/** The markup of a preview, without a frame: sections with headings from `<h3>` on. */
export function renderPreview(preview: Preview): Html {
  return previewAt(preview, 3, '');
}

function previewAt({ notes, parts }: Preview, level: number, path: string): Html {
  const isAlone = parts.length === 1;
  return html`<div class="preview">${notes.map(renderNote)}${parts.map((part, index) =>
    renderPart(part, { level, path: `${path}${index + 1}`, isAlone }),
  )}</div>`;
}

function renderNote({ level, text }: Note): Html {
  return notice(level === 'warning' ? 'warn' : 'plain', html`<p>${shown(text)}</p>`);
}

function renderPart(part: Part, place: Place): Html {
  switch (part.type) {
    case 'facts':
      return renderFacts(part, place.level);
    case 'table':
      return renderTable(part, place);
    case 'tree':
      return renderTree(part, place);
    case 'text':
      return renderText(part, place);
    case 'hex':
      return renderHex(part, place);
    case 'inner':
      return renderInner(part, place);
  }
}

function renderFacts({ title, facts: pairs }: Facts, level: number): Html {
  return html`<section>${heading(level, shown(title))}${facts(pairs.map(({ name, value }) => [name, shown(value)]))}</section>`;
}

function renderText({ title, isOpen, lines, isCut }: Text, place: Place): Html {
  const text = html`<pre class="lines" tabindex="0" role="region" aria-label="${title}"><code>${lines.map(
    (line) => html`<span class="line">${shown(line)}
</span>`,
  )}</code></pre>${isCut && html`<p class="more">The text goes on: download the file for all of it.</p>`}`;
  return isOpen ? html`<section>${headingOf(place, title)}${text}</section>` : folded(title, text);
}

function renderHex({ lines, more }: Hex, place: Place): Html {
  return html`<section>${headingOf(place, 'First bytes')}<pre class="hex" tabindex="0" role="region" aria-label="First bytes"><code>${lines.map(
    ({ offset, bytes, text }) => html`<span class="offset">${offset}</span>  ${bytes.padEnd(47)}  ${text}
`,
  )}</code></pre>${more > 0 && html`<p class="more">${more} more bytes: download the file for all of it.</p>`}</section>`;
}

function renderInner({ title, preview }: Inner, { level, path }: Place): Html {
  return html`<section class="inner">${heading(level, html`${title}: ${shown(preview.what)}`)}${previewAt(preview, level + 1, `${path}-`)}</section>`;
}
