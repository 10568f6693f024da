import type { Edge, Graph, GraphNode } from './graph.js';

/** A node with the place of its box, in pixels from the upper left corner. */
export interface Box {
  readonly node: GraphNode;
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** Boxes in columns, and the edges between them. */
export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export const BOX_WIDTH = 276;
export const LINE_HEIGHT = 17;
const PADDING = 18;
const GAP_X = 64;
const GAP_Y = 12;

/**
 * Places nodes in columns from left to right: each node in the column behind the first node that leads to it, and beside
 * its own first child.
 */
export function layoutOf(graph: Graph, linesOf: (node: GraphNode) => readonly string[]): Layout {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const below = new Map<string, string[]>();
  const placed = new Set<string>();
  // A node stands where the first edge leads to it.
  for (const { from, to } of graph.edges) {
    if (placed.has(to)) continue;
    placed.add(to);
    const children = below.get(from) ?? [];
    children.push(to);
    below.set(from, children);
  }
  const boxes = new Map<string, Box>();
  let bottom = 0;
  let depths = 0;
  const place = (id: string, depth: number, top: number): void => {
    const node = byId.get(id);
    if (node === undefined || boxes.has(id)) return;
    const lines = linesOf(node);
    const height = lines.length * LINE_HEIGHT + PADDING;
    boxes.set(id, { node, lines, x: depth * (BOX_WIDTH + GAP_X), y: top, height });
    depths = Math.max(depths, depth + 1);
    let next = top;
    for (const child of below.get(id) ?? []) {
      place(child, depth + 1, next);
      next = bottom;
    }
    bottom = Math.max(bottom, top + height + GAP_Y);
  };
  for (const { id } of graph.nodes) if (!placed.has(id)) place(id, 0, bottom);
  return {
    boxes,
    edges: graph.edges,
    width: Math.max(depths * (BOX_WIDTH + GAP_X) - GAP_X, 0),
    height: Math.max(bottom - GAP_Y, 0),
  };
}
