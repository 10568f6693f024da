import type { DiscoverResult } from '../../operations/discover/schema.js';
import { drawing } from '../../views/attached/drawing.js';
import { TreeView } from '../../views/attached/tree.js';
import type { Graph } from '../../views/graph/graph.js';
import { notice } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { attachedIn, discoverPicture } from '../../views/picture.js';
import { link } from '../site/links.js';
import type { Told } from '../site/told.js';

/** The manifest of a page. */
interface Subject {
  readonly name: string;
  readonly place: string;
  /** The index from whose page a link led here. */
  readonly index?: string | undefined;
}

/** All that is attached to a manifest, and what could not be asked. */
export function attachedSection(
  { name, place, index }: Subject,
  attached: DiscoverResult | Told,
  tell: (error: Told) => Told,
): Html {
  const heading = html`<h2 id="attached">Attached</h2>`;
  if (!('referrers' in attached)) {
    const { message, hint } = attached;
    return html`${heading}${notice('bad', html`<p>What is attached cannot be listed: ${message}</p>${hint !== undefined && html`<p>${hint}</p>`}`)}`;
  }
  const { incomplete, platforms = [] } = attached;
  const picture = discoverPicture(name, attached);
  const below = new Set<string>(platforms.map(({ digest }) => digest));
  const pages = (line: Line) => pageOf(line, below.has(line.digest) ? place : undefined);
  const count = attachedIn(picture.graph).length;
  return html`${heading}<p class="lead">${count === 0 && incomplete.length === 0 ? '0 attachments: every way was asked.' : picture.headline}</p>
${incomplete.length > 0 && notice('warn', html`<p>This list is not complete:</p><ul>${incomplete.map(({ way, error }) => html`<li>could not ask ${way}: ${tell(error).message}</li>`)}</ul>`)}
${count > 3 && html`<div class="tools" hidden><label>Filter <input type="search" data-filters="tree"></label><span id="tree-count" class="muted" role="status"></span></div>`}
${(count > 0 || platforms.length > 0) && new TreeView(picture, new Map(), pages).render()}
${index !== undefined && html`<p class="muted">Attestations that only the index names, as BuildKit makes them, stand on <a href="${link('artifact', { place: index })}">its page</a>.</p>`}
${count > 0 && drawn(picture.graph)}`;
}

function drawn(graph: Graph): Html {
  return html`<details class="drawn"><summary>Drawing</summary><figure class="picture" tabindex="0">${drawing(graph).svg}</figure></details>`;
}

type Line = { readonly reference: string; readonly digest: string; readonly manifest?: string };

/** A layer is a file; a manifest has a page of its own, which knows the index that led to it. */
function pageOf({ reference: place, digest, manifest }: Line, index: string | undefined): string {
  return manifest === undefined ? link('artifact', { place, index }) : link('file', { place, layer: digest });
}
