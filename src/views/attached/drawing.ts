import type { Edge, Graph, GraphNode } from '../graph/graph.js';
import { grouped } from '../graph/group.js';
import { BOX_WIDTH, type Box, type Layout, LINE_HEIGHT, layoutOf } from '../graph/layout.js';
import { linesOf } from '../graph/words.js';
import { type Html, html } from '../html/html.js';
import { visibleLine } from '../text/visible.js';

/** Boxes of a drawing: with more, attachments of a kind are put together. */
const MAX_BOXES = 240;
/** Characters of the first line in a box, which is bold, and of the others. */
const MAX_NAME = 29;
const MAX_LINE = 36;
/** Room for the lines around boxes. */
const MARGIN = 2;

/** The graph as a drawing, and whether it has one box for several attachments. */
export function drawing(graph: Graph): { readonly svg: Html; readonly isGrouped: boolean } {
  let shown = graph;
  for (const coarseness of ['kinds', 'platforms', 'all'] as const)
    if (shown.nodes.length > MAX_BOXES) shown = grouped(graph, coarseness);
  const layout = layoutOf(shown, (node) => linesOf(node).flatMap(brokenLine));
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const svg = html`<svg class="drawing" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" role="group" aria-label="The subject at the left, and its attachments at the right">
<g class="edges" aria-hidden="true">${layout.edges.map((edge) => line(edge, layout))}</g>
${[...layout.boxes.values()].map(box)}</svg>`;
  return { svg, isGrouped: shown !== graph };
}

function line({ from, to, as }: Edge, { boxes }: Layout): Html | false {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  if (start === undefined || end === undefined) return false;
  const [x, y] = [start.x + BOX_WIDTH, start.y + Math.min(start.height, LINE_HEIGHT * 2) / 2 + 2];
  const at = end.y + Math.min(end.height, LINE_HEIGHT * 2) / 2 + 2;
  const middle = (x + end.x) / 2;
  return html`<path class="${as}" d="M${x} ${y}C${middle} ${y} ${middle} ${at} ${end.x} ${at}"/>`;
}

function box({ node, lines, x, y, height }: Box): Html {
  const [name = '', ...others] = lines.map((line, index) => cut(visibleLine(line), index === 0 ? MAX_NAME : MAX_LINE));
  const content = html`<rect x="0.75" y="0.75" width="${BOX_WIDTH - 1.5}" height="${height - 1.5}" rx="9"/>
<text x="14" y="22" class="name">${name}</text>${others.map((text, index) => html` <text x="14" y="${22 + (index + 1) * LINE_HEIGHT}">${text}</text>`)}`;
  const inside = html`<svg x="${x}" y="${y}" width="${BOX_WIDTH}" height="${height}">${content}</svg>`;
  const linked =
    node.role === 'group'
      ? inside
      : html`<a href="#${node.id}" aria-label="${[name, ...others].join(' ')}">${inside}</a>`;
  return html`<g class="${classesOf(node)}"><title>${lines.join('\n')}</title>${linked}</g>\n`;
}

function classesOf(node: GraphNode): string {
  if (node.role !== 'attachment' && node.role !== 'group') return `box ${node.role}`;
  const { kind = 'other', verdict = '' } = node.role === 'group' ? node : node.attached;
  return `box kind-${kind}${verdict === '' ? '' : ` is-${verdict}`}${node.role === 'group' ? ' group' : ''}`;
}

/** A line that is too long, in two: the signer of `verified by key 1f3a… (cosign.pub)` stands whole. */
function brokenLine(line: string): readonly string[] {
  const at = [...line].length > MAX_LINE ? line.lastIndexOf(' by ') : -1;
  return at <= 0 ? [line] : [line.slice(0, at), line.slice(at + 1)];
}

function cut(line: string, most: number): string {
  const characters = [...line];
  if (characters.length <= most) return line;
  const end = Math.floor(most / 3);
  return `${characters.slice(0, most - end - 1).join('')}…${characters.slice(-end).join('')}`;
}
