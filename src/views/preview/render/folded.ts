import { type Html, html } from '../../html/html.js';

/** A part that opens by a click, without a script. */
export function folded(title: string, content: Html): Html {
  return html`<details class="source"><summary>${title}</summary>${content}</details>`;
}
