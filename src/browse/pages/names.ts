import { table } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';

/** Names and values from elsewhere, below a heading; nothing where there are none. */
export function namesTable(heading: string, pairs: readonly (readonly [name: string, value: string])[]): Html | false {
  if (pairs.length === 0) return false;
  const rows = pairs.map(([name, value]) => ({ cells: [html`<code>${name}</code>`, html`<bdi>${value}</bdi>`] }));
  return html`<h2>${heading}</h2>${table(
    heading,
    [
      { name: 'Name', as: 'text' },
      { name: 'Value', as: 'text' },
    ],
    rows,
  )}`;
}
