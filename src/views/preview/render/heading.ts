import { Html, html } from '../../html/html.js';

/** A heading; documents in documents have lower ones, down to the lowest that there is. */
export function heading(level: number, content: Html | string): Html {
  const name = new Html(`h${Math.min(level, 6)}`);
  return html`<${name}>${content}</${name}>`;
}
