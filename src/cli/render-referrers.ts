import type { DiscoveredNode, DiscoverResult } from '../operations/discover.js';
import { columns, formatSize, type Paint, printable } from './text.js';

/** What is attached, as a tree. */
export function renderTree(result: DiscoverResult, paint: Paint, options: { readonly annotations: boolean }): string {
  const lines = [printable(result.reference)];
  const walk = (nodes: readonly DiscoveredNode[], indent: string) => {
    for (const [index, node] of nodes.entries()) {
      const last = index === nodes.length - 1;
      const below = `${indent}${last ? '    ' : '│   '}`;
      const type = paint('bold', printable(node.artifactType ?? node.mediaType));
      lines.push(
        `${indent}${last ? '└── ' : '├── '}${type}  ${node.digest}  ${paint('dim', `${formatSize(node.size)}, ${node.via.join('+')}`)}`,
      );
      if (options.annotations) {
        const stem = node.referrers.length > 0 ? '│ ' : '  ';
        for (const [key, value] of Object.entries(node.annotations ?? {})) {
          lines.push(`${below}${stem}${paint('dim', `${printable(key)}: ${printable(value)}`)}`);
        }
      }
      walk(node.referrers, below);
    }
  };
  walk(result.referrers, '');
  return lines.join('\n');
}

/** What is attached, as a table with one row each. */
export function renderTable(result: DiscoverResult): string {
  const rows: string[][] = [];
  const walk = (nodes: readonly DiscoveredNode[], subject: string, depth: number) => {
    for (const node of nodes) {
      rows.push([
        String(depth),
        printable(node.artifactType ?? node.mediaType),
        node.digest,
        formatSize(node.size),
        node.via.join('+'),
        printable(node.annotations?.['org.opencontainers.image.created'] ?? '-'),
        `${subject.slice(0, 19)}…`,
      ]);
      walk(node.referrers, node.digest, depth + 1);
    }
  };
  walk(result.referrers, result.digest, 1);
  return columns([['DEPTH', 'ARTIFACT TYPE', 'DIGEST', 'SIZE', 'VIA', 'CREATED', 'SUBJECT'], ...rows]);
}
