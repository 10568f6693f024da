import type { Edge, Graph, GraphNode, Group } from './graph.js';

/** How much is put together: attachments of one parent by kind; all platforms as well; all of a kind, wherever it is. */
export const COARSENESSES = ['kinds', 'platforms', 'all'] as const;
type Coarseness = (typeof COARSENESSES)[number];

/** The graph with one node for several of a kind: `214 × sbom`. */
export function grouped(graph: Graph, coarseness: Coarseness): Graph {
  const parents = new Map<string, string[]>();
  for (const { from, to } of graph.edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  const keys = new Map<string, string>();
  const members = new Map<string, GraphNode[]>();
  const numbers = new Map<string, string>();
  for (const node of graph.nodes) {
    // A parent stands before its children.
    const above = (parents.get(node.id) ?? []).flatMap((id) => keys.get(id) ?? []);
    const long = keyOf(node, coarseness, [...new Set(above)].sort().join(' '));
    const key = numbers.get(long) ?? `${numbers.size}`;
    numbers.set(long, key);
    keys.set(node.id, key);
    const equals = members.get(key) ?? [];
    equals.push(node);
    members.set(key, equals);
  }
  return drawn(graph, keys, members, coarseness === 'all');
}

function keyOf(node: GraphNode, coarseness: Coarseness, above: string): string {
  if (node.role === 'attachment') {
    const { kind, verdict } = node.attached;
    return `${coarseness === 'all' ? '' : above}/${kind ?? 'other'}/${verdict}`;
  }
  return node.role === 'subject' || coarseness === 'kinds' ? node.id : node.role;
}

function drawn(
  graph: Graph,
  keys: ReadonlyMap<string, string>,
  members: ReadonlyMap<string, GraphNode[]>,
  asTree: boolean,
): Graph {
  const nodes = new Map<string, GraphNode>();
  for (const [key, [first, ...others]] of members)
    if (first !== undefined) nodes.set(key, others.length === 0 ? first : groupOf(first, others.length + 1));
  const edges = new Map<string, Edge>();
  for (const { from, to, as } of graph.edges) {
    const [source, target] = [keys.get(from) ?? '', keys.get(to) ?? ''];
    const [fromId, toId] = [nodes.get(source)?.id, nodes.get(target)?.id];
    if (fromId === undefined || toId === undefined || fromId === toId) continue;
    const edge = asTree ? toId : `${fromId} ${toId}`;
    if (!edges.has(edge)) edges.set(edge, { from: fromId, to: toId, as });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function groupOf(first: GraphNode, count: number): Group {
  const id = `${first.id}_all`;
  if (first.role !== 'attachment')
    return {
      id,
      role: 'group',
      of: first.role === 'subject' || first.role === 'group' ? 'platform' : first.role,
      count,
    };
  const { kind, verdict } = first.attached;
  return {
    id,
    role: 'group',
    of: 'attachment',
    count,
    ...(kind === undefined ? {} : { kind }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}
