import type { Refusal } from '../../serve/answer.js';
import { html } from '../../views/html/html.js';
import type { PageAnswer } from '../site/answer.js';

/** The page for a request that is not let in. */
export function refusedPage({ status, message }: Refusal): PageAnswer {
  const main = html`<h1>Access is refused</h1>
<p>${message.charAt(0).toUpperCase()}${message.slice(1)}.</p>
<p>Open the address that <code>remora browse</code> printed in its terminal, token included; paste it where the browser shows addresses.</p>`;
  return { kind: 'page', status, title: 'Access is refused', main };
}
