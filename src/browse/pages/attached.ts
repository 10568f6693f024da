import type { DiscoverResult } from '../../operations/discover/schema.js';
import { drawing } from '../../views/attached/drawing.js';
import { TreeView } from '../../views/attached/tree.js';
import type { Graph } from '../../views/graph/graph.js';
import { notice } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { attachedIn, discoverPicture } from '../../views/picture.js';
import { link } from '../site/links.js';
import type { Told } from '../site/told.js';

/** All that is attached to the manifest that `name` names, and what could not be asked. */
export function attachedSection(name: string, attached: DiscoverResult | Told, tell: (error: Told) => Told): Html {
  const heading = html`<h2 id="attached">Attached</h2>`;
  if (!('referrers' in attached)) {
    const { message, hint } = attached;
    return html`${heading}${notice('bad', html`<p>What is attached cannot be listed: ${message}</p>${hint !== undefined && html`<p>${hint}</p>`}`)}`;
  }
  const { incomplete, platforms = [] } = attached;
  const picture = discoverPicture(name, attached);
  const count = attachedIn(picture.graph).length;
  return html`${heading}<p class="lead">${count === 0 && incomplete.length === 0 ? '0 attachments: every way was asked.' : picture.headline}</p>
${incomplete.length > 0 && notice('warn', html`<p>This list is not complete:</p><ul>${incomplete.map(({ way, error }) => html`<li>could not ask ${way}: ${tell(error).message}</li>`)}</ul>`)}
${count > 3 && html`<div class="tools" hidden><label>Filter <input type="search" data-filters="tree"></label><span id="tree-count" class="muted" role="status"></span></div>`}
${(count > 0 || platforms.length > 0) && new TreeView(picture, new Map(), pageOf).render()}
${count > 0 && drawn(picture.graph)}`;
}

function drawn(graph: Graph): Html {
  return html`<details class="drawn"><summary>Drawing</summary><figure class="picture" tabindex="0">${drawing(graph).svg}</figure></details>`;
}

/** A layer is a file; what is attached as a manifest has a page of its own. */
function pageOf(line: { readonly reference: string; readonly digest: string; readonly manifest?: string }): string {
  const { reference: place, digest, manifest } = line;
  return manifest === undefined ? link('artifact', { place }) : link('file', { place, layer: digest });
}
