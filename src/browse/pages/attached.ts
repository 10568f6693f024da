import type { DiscoveredNode, DiscoverResult } from '../../operations/discover/schema.js';
import { type Branch, notice, tree } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { date, digest, kindBadge, size } from '../../views/html/marks.js';
import { link } from '../site/links.js';
import type { Told } from '../site/told.js';

/** All that is attached, and what could not be asked. */
export function attachedSection(attached: DiscoverResult | Told, tell: (error: Told) => Told): Html {
  const heading = html`<h2 id="attached-heading">Attached</h2>`;
  if (!('referrers' in attached)) {
    const { message, hint } = attached;
    return html`${heading}${notice('bad', html`<p>What is attached cannot be listed: ${message}</p>${hint !== undefined && html`<p>${hint}</p>`}`)}`;
  }
  const { referrers, platforms = [], incomplete } = attached;
  const branches = [
    ...referrers.map(branchOf),
    ...platforms.map(
      ({ platform, reference, digest: own, referrers: below }): Branch => ({
        label: html`<a class="name" href="${link('artifact', { place: reference })}"><bdi>${platform ?? 'no platform'}</bdi></a> ${digest(own)}${below.length === 0 && html` <span class="muted">nothing</span>`}`,
        below: below.map(branchOf),
      }),
    ),
  ];
  const isNothing = referrers.length === 0 && platforms.every((platform) => platform.referrers.length === 0);
  return html`${heading}
${incomplete.length > 0 && notice('warn', html`<p>This list is not complete:</p><ul>${incomplete.map(({ way, error }) => html`<li>could not ask ${way}: ${tell(error).message}</li>`)}</ul>`)}
${isNothing && incomplete.length === 0 && html`<p>Nothing is attached: every way was asked.</p>`}
${branches.length > 0 && html`<div id="attached">${tree(branches, 'Attached')}</div>`}`;
}

function branchOf(node: DiscoveredNode): Branch {
  const { kind, artifactType, predicateType, mediaType, annotations, created, content, referrers, via } = node;
  const type = artifactType ?? predicateType ?? mediaType;
  const name = content?.titles.join(', ') || annotations?.['org.opencontainers.image.title'] || type;
  const to =
    node.manifest === undefined
      ? link('artifact', { place: node.reference })
      : link('file', { place: node.reference, layer: node.digest });
  return {
    label: html`${kindBadge(kind ?? 'other')} <a class="name" href="${to}"><bdi>${name}</bdi></a> ${size(content?.size ?? node.size)} ${created !== undefined && date(created, new Date())} ${digest(node.digest)}`,
    detail: html`<p class="muted">${type} · found by ${via.join(', ')}</p>`,
    below: referrers.map(branchOf),
  };
}
