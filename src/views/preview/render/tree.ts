import { type Html, html } from '../../html/html.js';
import type { Tree, TreeNode } from '../model/preview.js';
import { folded } from './folded.js';
import { headingOf } from './heading.js';
import type { Place } from './place.js';
import { shown } from './shown.js';

/** Levels that are open when the page opens. */
const OPEN_DEPTH = 2;

/** JSON as a tree of which deeper levels open by a click. */
export function renderTree({ title, isOpen, root }: Tree, place: Place): Html {
  const tree = html`<div class="json" tabindex="0" role="region" aria-label="${title}">${renderNode(undefined, root, 0)}</div>`;
  return isOpen ? html`<section>${headingOf(place, title)}${tree}</section>` : folded(title, tree);
}

function renderNode(name: string | undefined, node: TreeNode, depth: number): Html {
  const key = name !== undefined && html`<span class="key">${shown(JSON.stringify(name))}</span>: `;
  if (node.type !== 'object' && node.type !== 'array') {
    const text = node.type === 'string' ? JSON.stringify(node.text) : node.text;
    return html`<div class="leaf">${key}<span class="json-${node.type}">${shown(text)}</span>${moreOf(node.more, 'characters')}</div>`;
  }
  const [open, close] = node.type === 'object' ? ['{', '}'] : ['[', ']'];
  const length = (node.type === 'object' ? node.members.length : node.elements.length) + node.more;
  if (length === 0) return html`<div class="leaf">${key}${open}${close}</div>`;
  const children =
    node.type === 'object'
      ? node.members.map((member) => renderNode(member.name, member.value, depth + 1))
      : node.elements.map((element) => renderNode(undefined, element, depth + 1));
  const noun = node.type === 'object' ? 'members' : 'elements';
  const content = html`<div class="members">${children}${node.more > 0 && html`<div class="leaf">${moreOf(node.more, noun)}</div>`}</div>`;
  const head = html`<summary>${key}${open}<span class="count">${length}</span>${close}</summary>`;
  return depth < OPEN_DEPTH
    ? html`<details open>${head}${content}</details>`
    : html`<details>${head}${content}</details>`;
}

function moreOf(more: number, noun: string): Html | undefined {
  return more > 0 ? html` <span class="more">… ${more} more ${noun}</span>` : undefined;
}
