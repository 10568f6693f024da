import { type Html, html } from '../../views/html/html.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import { type Ask, required, wayTo } from './ask.js';
import { inTerminal } from './terminal.js';

const COUNT = 500;

/** `repositories`: those of a registry, or the layouts below a directory; a page of them. */
export async function repositoriesPage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = site.catalog ?? required(query, 'place');
  const last = query.get('last') ?? undefined;
  const { repositories, next } = await site.repositories(place, { last, count: COUNT, signal });
  const main = html`<h1>${place}</h1>
<p class="lead">Repositories${last !== undefined && html` behind <bdi>${last}</bdi>`}: ${repositories.length}${next !== undefined && ', and there are more'}</p>
${repositories.length === 0 ? html`<p>There are no repositories.</p>` : listed(repositories)}
${next !== undefined && html`<nav class="pages" aria-label="Pages"><a rel="next" href="${link('repositories', { place, last: next })}">Next page</a></nav>`}
${inTerminal(['repo', 'list', ...site.terminal(place)])}`;
  const way = wayTo({ kind: 'catalog', text: place });
  return { kind: 'page', title: `Repositories of ${place}`, main, place, crumbs: site.isOpen ? way : [] };
}

function listed(repositories: readonly { readonly name: string; readonly place: string }[]): Html {
  return html`<div class="tools" hidden><label>Filter this page <input type="search" data-filters="repositories"></label><span id="repositories-count" class="muted" role="status"></span></div>
<ul id="repositories" class="names" aria-label="Repositories">
${repositories.map(({ name, place }) => html`<li data-words="${name.toLowerCase()}"><a href="${link('tags', { place })}"><bdi>${name}</bdi></a></li>\n`)}</ul>`;
}
