import type { AskedWay, DiscoveredNode, DiscoverResult } from '../../operations/discover/discover.js';
import type { MissingKind } from '../../operations/discover/gate.js';
import type { Via } from '../../store/interfaces/store.js';
import { columns, formatSize, type Paint, printable } from './text.js';

/** A line of the tree with the lines below it. */
interface Branch {
  readonly text: string;
  /** Annotations, which hang on the line itself. */
  readonly details: readonly string[];
  readonly below: readonly Branch[];
}

/** What is attached, as a tree; an index with its platforms. */
export function renderTree(result: DiscoverResult, paint: Paint, options: { readonly annotations: boolean }): string {
  const branch = (node: DiscoveredNode): Branch => {
    const type = printable(node.artifactType ?? node.predicateType ?? node.mediaType);
    const label = node.kind === undefined ? paint('bold', type) : `${paint('bold', node.kind)}  ${type}`;
    const facts = `${formatSize(node.size)}, ${node.via.join('+')}`;
    return {
      text: `${label}  ${node.digest}  ${paint('dim', facts)}`,
      details: options.annotations
        ? Object.entries(node.annotations ?? {}).map(([key, value]) =>
            paint('dim', `${printable(key)}: ${printable(value)}`),
          )
        : [],
      below: node.referrers.map(branch),
    };
  };
  const platforms = (result.platforms ?? []).map(
    ({ platform, digest, referrers }): Branch => ({
      text: `${paint('bold', printable(platform ?? 'no platform'))}  ${digest}`,
      details: [],
      below: referrers.map(branch),
    }),
  );
  return [printable(result.reference), ...draw([...result.referrers.map(branch), ...platforms], '')].join('\n');
}

const WAYS: Readonly<Record<Via, string>> = {
  api: 'the Referrers API',
  tag: 'the referrers tag',
  'cosign-tag': 'the tags of cosign',
  'index-child': 'the index that holds it',
  'layout-entry': 'the entries of index.json',
  'layout-tag': 'lists that are tagged like the referrers tag',
  'layout-referrers': 'lists that index.json marks',
  'layout-scan': 'all other blobs',
};

/** One line of the account: which place was asked about how many, and what it had. */
export function describeAsked({ via, subjects, found, unsupported = 0 }: AskedWay): string {
  const lacking = unsupported === subjects ? 'not there' : `${found === 0 ? 'none' : found} found`;
  return `asked ${WAYS[via]} (${via}) about ${subjects} subject${subjects === 1 ? '' : 's'}: ${lacking}`;
}

function draw(branches: readonly Branch[], indent: string): readonly string[] {
  return branches.flatMap(({ text, details, below }, index) => {
    const isLast = index === branches.length - 1;
    const deeper = `${indent}${isLast ? '    ' : '│   '}`;
    const stem = below.length > 0 ? '│ ' : '  ';
    return [
      `${indent}${isLast ? '└── ' : '├── '}${text}`,
      ...details.map((detail) => `${deeper}${stem}${detail}`),
      ...draw(below, deeper),
    ];
  });
}

/** What is attached, as a table with one row each. */
export function renderTable(result: DiscoverResult): string {
  const rows: string[][] = [];
  const walk = (nodes: readonly DiscoveredNode[], platform: string, depth: number) => {
    for (const node of nodes) {
      rows.push([
        String(depth),
        node.kind ?? '-',
        printable(node.artifactType ?? node.predicateType ?? node.mediaType),
        node.digest,
        formatSize(node.size),
        node.via.join('+'),
        printable(node.created ?? '-'),
        printable(platform),
        `${node.subject.slice(0, 19)}…`,
      ]);
      walk(node.referrers, platform, depth + 1);
    }
  };
  walk(result.referrers, '-', 1);
  for (const { platform, referrers } of result.platforms ?? []) walk(referrers, platform ?? '-', 1);
  const heading = ['DEPTH', 'KIND', 'TYPE', 'DIGEST', 'SIZE', 'VIA', 'CREATED', 'PLATFORM', 'SUBJECT'];
  return columns([heading, ...rows]);
}

/** What is required and not there; empty when nothing is missing. */
export function renderMissing(missing: readonly MissingKind[]): string {
  if (missing.length === 0) return '';
  const rows = missing.map(({ kind, format, platform, digest }) => [
    kind,
    format ?? 'any',
    printable(platform ?? '-'),
    digest,
  ]);
  return columns([['MISSING', 'FORMAT', 'PLATFORM', 'SUBJECT'], ...rows]);
}
