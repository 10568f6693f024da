import type { Edge, Graph, GraphNode } from '../graph/graph.js';
import { linesOf } from '../graph/words.js';
import { hex, KIND_HUES, TONES, VERDICT_HUES } from '../text/palette.js';
import { visibleLine } from '../text/visible.js';

/** Characters of a line of a label. */
const MAX_LINE = 80;

/** A graph in the language of Graphviz; `notes` come first as comments. */
export function dot({ nodes, edges }: Graph, notes: readonly string[] = []): string {
  return [
    'digraph remora {',
    ...notes.map((note) => `  // ${visibleLine(note)}`),
    '  graph [rankdir=LR, ranksep=0.6, nodesep=0.2, charset="UTF-8"];',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, margin="0.14,0.08"];',
    '  edge [color="#8a8f98", arrowsize=0.6];',
    ...nodes.map((node) => `  ${node.id} ${list(attributes(node))};`),
    ...edges.map((edge) => `  ${edge.from} -> ${edge.to}${arrow(edge)};`),
    '}',
  ].join('\n');
}

function arrow({ as }: Edge): string {
  return as === 'holds' ? ' [style=bold, arrowhead=none]' : '';
}

function list(attributes: readonly (readonly [string, string])[]): string {
  return `[${attributes.map(([name, value]) => `${name}=${value}`).join(', ')}]`;
}

function attributes(node: GraphNode): readonly (readonly [string, string])[] {
  const tooltip = quoted([tooltipOf(node)]);
  return [['label', quoted(linesOf(node).map(cut))], ['tooltip', tooltip], ...colours(node)];
}

function tooltipOf(node: GraphNode): string {
  if (node.role === 'group') return linesOf(node).join(', ');
  return node.role === 'attachment' ? node.attached.reference : node.holding.reference;
}

function colours(node: GraphNode): readonly (readonly [string, string])[] {
  const pen = (fill: string, line: string, ink: string) =>
    [
      ['fillcolor', `"${fill}"`],
      ['color', `"${line}"`],
      ['fontcolor', `"${ink}"`],
    ] as const;
  if (node.role === 'subject') return [...pen('#1c1d20', '#1c1d20', '#ffffff'), ['shape', 'ellipse']];
  const { kind, verdict } =
    node.role === 'attachment' ? node.attached : node.role === 'group' ? node : { kind: undefined, verdict: undefined };
  const hue = kind === undefined ? 'grey' : KIND_HUES[kind];
  const line = verdict === undefined || verdict === 'unchecked' ? hue : VERDICT_HUES[verdict];
  const { ink, line: lineTone, fill } = TONES;
  const outline = line === hue ? hex(line, lineTone) : hex(line, ink);
  const shape = node.role === 'above' || node.role === 'index' ? [['shape', 'folder'] as const] : [];
  const state =
    verdict === 'unchecked'
      ? [['style', '"rounded,filled,dashed"'] as const]
      : verdict === undefined
        ? []
        : [['penwidth', '2.5'] as const];
  const several = node.role === 'group' ? [['peripheries', '2'] as const] : [];
  return [...pen(hex(hue, fill), outline, hex(hue, ink)), ...shape, ...state, ...several];
}

function cut(line: string): string {
  const shown = [...visibleLine(line)];
  return shown.length > MAX_LINE ? `${shown.slice(0, MAX_LINE - 1).join('')}…` : shown.join('');
}

/** Graphviz reads `\N` and HTML entities in labels: the backslash and the ampersand are escaped as well. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    visibleLine(line).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  );
  return `"${escaped.join('\\n')}"`;
}
