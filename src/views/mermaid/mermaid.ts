import type { Kind } from '../../formats/kinds/kind.js';
import type { Edge, Graph, GraphNode } from '../graph/graph.js';
import { COARSENESSES, grouped } from '../graph/group.js';
import { linesOf } from '../graph/words.js';
import { hex, KIND_HUES, TONES } from '../text/palette.js';
import { visibleLine } from '../text/visible.js';

/** Limits of GitHub, which keeps Mermaid's own: `maxEdges` and `maxTextSize`. */
const MAX_EDGES = 500;
const MAX_TEXT = 50_000;
/** Characters of a line of a label. */
const MAX_LINE = 80;

/**
 * A flowchart in Mermaid, as GitHub renders it. A graph above its limits is drawn with one node for several attachments of
 * a kind, and a comment says so.
 *
 * @param notes lines that come first as comments, like a place that could not be asked
 */
export function mermaid(graph: Graph, notes: readonly string[] = []): string {
  // A chart of too many edges need not be made to know it.
  let text = graph.edges.length > MAX_EDGES ? '' : chart(graph, notes);
  if (text !== '' && fits(graph, text)) return text;
  const note = `${graph.nodes.length} nodes and ${graph.edges.length} edges are above the limits of GitHub (${MAX_EDGES} edges, ${MAX_TEXT} characters): attachments are put together by kind`;
  for (const coarseness of COARSENESSES) {
    const coarse = grouped(graph, coarseness);
    text = chart(coarse, [note, ...notes]);
    if (fits(coarse, text)) break;
  }
  return text;
}

function fits({ edges }: Graph, text: string): boolean {
  return edges.length <= MAX_EDGES && text.length <= MAX_TEXT;
}

function chart({ nodes, edges }: Graph, notes: readonly string[]): string {
  const lines = [
    'flowchart LR',
    ...notes.map((note) => `  %% ${comment(note)}`),
    ...nodes.map((node) => `  ${node.id}${shape(node)}${classOf(node)}`),
    ...edges.map((edge) => `  ${edge.from} ${arrow(edge)} ${edge.to}`),
    ...classes(nodes),
  ];
  return lines.join('\n');
}

/** A comment ends with its line; braces in it begin a directive. */
function comment(text: string): string {
  return visibleLine(text).slice(0, 400).replace(/[{}]/g, '');
}

function shape(node: GraphNode): string {
  const label = `"${linesOf(node).map(escapeLine).join('<br>')}"`;
  if (node.role === 'attachment') return `(${label})`;
  if (node.role === 'group') return `[[${label}]]`;
  return node.role === 'platform' ? `[${label}]` : `([${label}])`;
}

/** Mermaid's entities are `#` and a number: a parser of Markdown, HTML or Mermaid sees a text alone. */
function escapeLine(line: string): string {
  const shown = [...visibleLine(line)];
  const cut = shown.length > MAX_LINE ? [...shown.slice(0, MAX_LINE - 1), '…'] : shown;
  const isWord = (one: string | undefined) => one !== undefined && /[A-Za-z0-9]/.test(one);
  return cut
    .map((one, index) => {
      const isInside = /[.:/-]/.test(one) && isWord(cut[index - 1]) && isWord(cut[index + 1]);
      return isInside || /[\p{L}\p{M}\p{Nd} ·×…]/u.test(one) ? one : `#${one.codePointAt(0)};`;
    })
    .join('');
}

function arrow({ as }: Edge): string {
  return as === 'holds' ? '---' : '-->';
}

function kindOf(node: GraphNode): Kind | undefined {
  if (node.role === 'attachment') return node.attached.kind;
  return node.role === 'group' ? node.kind : undefined;
}

function verdictOf(node: GraphNode): string | undefined {
  if (node.role === 'attachment') return node.attached.verdict;
  return node.role === 'group' ? node.verdict : undefined;
}

/** A class is named by kind and verdict: a node of two classes depends on their order. */
function classOf(node: GraphNode): string {
  const name = className(node);
  return name === undefined ? '' : `:::${name}`;
}

function className(node: GraphNode): string | undefined {
  if (node.role === 'subject') return 'subject';
  const names = [kindOf(node)?.replaceAll('-', '_'), verdictOf(node)].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join('_');
}

function classes(nodes: readonly GraphNode[]): readonly string[] {
  const rules = new Map<string, string>();
  for (const node of nodes) {
    const name = className(node);
    if (name !== undefined && !rules.has(name)) rules.set(name, rule(node));
  }
  return [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, style]) => `  classDef ${name} ${style}`);
}

const VERDICT_STROKES: Readonly<Record<string, string>> = {
  verified: 'stroke:#17693a,stroke-width:3px',
  wrong: 'stroke:#b3261e,stroke-width:3px',
  unchecked: 'stroke-dasharray:4 3',
};

function rule(node: GraphNode): string {
  if (node.role === 'subject') return 'fill:#1c1d20,stroke:#1c1d20,color:#ffffff';
  const kind = kindOf(node);
  const hue = kind === undefined ? 'grey' : KIND_HUES[kind];
  const { ink, line, fill } = TONES;
  const stroke = VERDICT_STROKES[verdictOf(node) ?? ''];
  return [
    `fill:${hex(hue, fill)}`,
    ...(stroke?.startsWith('stroke:') ? [] : [`stroke:${hex(hue, line)}`]),
    `color:${hex(hue, ink)}`,
    ...(stroke === undefined ? [] : [stroke]),
  ].join(',');
}
