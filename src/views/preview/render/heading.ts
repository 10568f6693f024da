import { Html, html } from '../../html/html.js';
import type { Place } from './place.js';

/** A heading; documents in documents have lower ones, down to the lowest that there is. */
export function heading(level: number, content: Html | string): Html {
  const name = new Html(`h${Math.min(level, 6)}`);
  return html`<${name}>${content}</${name}>`;
}

/** The heading of a part that the heading of its preview does not name already. */
export function headingOf({ level, isAlone }: Place, content: string): Html | false {
  return !isAlone && heading(level, content);
}
