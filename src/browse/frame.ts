import { ATTACHED_STYLE } from '../views/attached/page.js';
import { type Html, html } from '../views/html/html.js';
import { page, pagePolicy } from '../views/html/page.js';
import { PREVIEW_STYLE } from '../views/preview/render/render.js';
import SCRIPT from './script.js?raw';
import type { PageAnswer } from './site/answer.js';
import { link } from './site/links.js';
import type { Site } from './site/site.js';
import STYLE from './style.css?raw';

const PARTS = { style: `${ATTACHED_STYLE}${PREVIEW_STYLE}${STYLE}`, script: SCRIPT, served: true } as const;

/** The policy of every page, as its header has it. */
export const PAGE_POLICY = `${pagePolicy(PARTS)}; frame-ancestors 'none'`;

/** A whole document: the form for a place, the way to the page, and the page. `folder` leads to that of the pages. */
export function framed(answer: PageAnswer, site: Pick<Site, 'isOpen'>, folder = ''): string {
  const { title, main, crumbs = [], place } = answer;
  const body = html`<header class="site"><a class="brand" href="${folder}${site.isOpen ? link('start') : link('repositories')}">remora</a>${site.isOpen && placeForm(folder, place)}</header>
${crumbs.length > 0 && way(crumbs)}
<main id="main" tabindex="-1">
${main}
</main>
<footer class="site"><p>Read only. Signatures are shown as they claim to be; <code>remora verify</code> verifies them.</p></footer>`;
  return page({ ...PARTS, title: `${title} · remora`, body });
}

function placeForm(folder: string, place = ''): Html {
  return html`<form class="place" action="${folder}${link('open')}" role="search" aria-label="Open a place">
<label class="unseen" for="place">Place</label>
<input id="place" name="place" type="text" value="${place}" placeholder="ghcr.io/acme/app:v1, oci:./layout, ./app.tar" autocomplete="off" autocapitalize="none" spellcheck="false" required>
<button type="submit">Open</button>
</form>`;
}

function way(crumbs: readonly { readonly text: string; readonly to?: string | undefined }[]): Html {
  return html`<nav class="way" aria-label="Breadcrumb"><ol>${crumbs.map(({ text, to }, index) =>
    index === crumbs.length - 1 || to === undefined
      ? html`<li><span${index === crumbs.length - 1 && html` aria-current="page"`}>${text}</span></li>`
      : html`<li><a href="${to}">${text}</a></li>`,
  )}</ol></nav>`;
}
