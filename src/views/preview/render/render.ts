import { type Html, html } from '../../html/html.js';
import type { Facts, Hex, Inner, Note, Part, Preview, Text } from '../model/preview.js';
import { folded } from './folded.js';
import { shown } from './shown.js';
import { renderTable } from './table.js';
import { renderTree } from './tree.js';

/** The markup of a preview, without a frame: sections with headings from `<h3>` on. */
export function renderPreview(preview: Preview): Html {
  return html`<div class="preview">${preview.notes.map(renderNote)}${preview.parts.map(renderPart)}</div>`;
}

function renderNote({ level, text }: Note): Html {
  return html`<p class="note ${level === 'warning' ? 'note-warning' : 'note-info'}">${shown(text)}</p>`;
}

function renderPart(part: Part): Html {
  switch (part.type) {
    case 'facts':
      return renderFacts(part);
    case 'table':
      return renderTable(part);
    case 'tree':
      return renderTree(part);
    case 'text':
      return renderText(part);
    case 'hex':
      return renderHex(part);
    case 'inner':
      return renderInner(part);
  }
}

function renderFacts({ title, facts }: Facts): Html {
  return html`<section><h3>${title}</h3><dl class="facts">${facts.map(
    ({ name, value }) => html`<div><dt>${name}</dt><dd>${shown(value)}</dd></div>`,
  )}</dl></section>`;
}

function renderText({ title, isOpen, lines, isCut }: Text): Html {
  const text = html`<pre class="lines" tabindex="0" role="region" aria-label="${title}"><code>${lines.map(
    (line) => html`<span class="line">${shown(line)}
</span>`,
  )}</code></pre>${isCut && html`<p class="more">The text goes on: download the file for all of it.</p>`}`;
  return isOpen ? html`<section><h3>${title}</h3>${text}</section>` : folded(title, text);
}

function renderHex({ lines, more }: Hex): Html {
  return html`<section><h3>First bytes</h3><pre class="hex" tabindex="0" role="region" aria-label="First bytes"><code>${lines.map(
    ({ offset, bytes, text }) => html`<span class="offset">${offset}</span>  ${bytes.padEnd(47)}  ${text}
`,
  )}</code></pre>${more > 0 && html`<p class="more">${more} more bytes: download the file for all of it.</p>`}</section>`;
}

function renderInner({ title, preview }: Inner): Html {
  return html`<section class="inner"><h3>${title}: ${shown(preview.what)}</h3>${renderPreview(preview)}</section>`;
}
