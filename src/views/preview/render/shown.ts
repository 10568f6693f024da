import { type Html, html } from '../../html/html.js';
import { visible } from '../../visible.js';

const UNSEEN = /([\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+)/u;

/** Text of a file on a page; characters that nobody sees are written out, and marked. */
export function shown(text: string): Html {
  if (visible(text) === text) return html`${text}`;
  return html`${text.split(UNSEEN).map((part, index) => {
    const written = visible(part);
    return index % 2 === 0 || written === part ? part : html`<span class="control">${written}</span>`;
  })}`;
}
