import { Html, html } from '../../html/html.js';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const UNSEEN_EACH = /([\p{Cc}\p{Cf}\p{Cs}\u2028\u2029])/gu;

/** Text of a file on a page: characters that steer a terminal or turn the direction of writing are named. */
export function shown(text: string): Html {
  if (!UNSEEN.test(text)) return html`${text}`;
  return html`${text.split(UNSEEN_EACH).map((part, index) => (index % 2 === 0 ? part : unseen(part)))}`;
}

function unseen(character: string): Html | string {
  if (character === '\t') return '\t';
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return new Html(`<span class="unseen" title="a character that is not seen">U+${code}</span>`);
}
