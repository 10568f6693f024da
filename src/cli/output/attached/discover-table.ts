import type { DiscoveredNode, DiscoverResult } from '../../../operations/discover/discover.js';
import { inOrder } from '../../../operations/results/in-order.js';
import { describeClaimed } from '../claimed.js';
import { digits } from '../fit.js';
import { type Cell, type Grid, tableLines } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { printable } from '../text.js';
import { ATTACHMENT_COLUMNS, attachmentCells, attachmentSteps } from './attachment.js';
import { describeEnd } from './discover.js';

const TABLE = [
  'DEPTH',
  'KIND',
  'FORMAT',
  'TITLE',
  'SIZE',
  'CREATED',
  'DIGEST',
  'PLATFORM',
  'TYPE',
  'SUBJECT',
  'VIA',
  'IN',
  'CLAIMS',
];

const TABLE_GRID: Grid = {
  columns: [{ align: 'right' }, ...ATTACHMENT_COLUMNS, {}, {}, { cut: 'end' }, {}, {}, {}],
  steps: [
    { column: 12, least: 12 },
    { column: 11, least: 12 },
    { column: 8, least: 0 },
    { column: 10, least: 0 },
    { column: 9, least: 0 },
    ...attachmentSteps(1).slice(0, 3),
    { column: 0, least: 0 },
    { column: 12, least: 0 },
    { column: 11, least: 0 },
    ...attachmentSteps(1),
    { column: 7, least: 0 },
  ],
};

/** The attachments as a table, line by line. */
export function* discoverTable(result: DiscoverResult, screen: TimedScreen): Generator<string> {
  const ends = [result, ...(result.platforms ?? [])].flatMap(({ endOfLife }) => endOfLife ?? []);
  const claimOf = ({ claimed, reference }: DiscoveredNode) => {
    const end = ends.find((one) => one.reference === reference);
    return [...(claimed ? [describeClaimed(claimed)] : []), ...(end ? [describeEnd(end)] : [])].join(', ');
  };
  function* rows(nodes: readonly DiscoveredNode[], platform: string, depth: number): Generator<readonly Cell[]> {
    for (const node of inOrder(nodes)) {
      const { subject, predicateType, artifactType, mediaType } = node;
      const type = printable(artifactType ?? predicateType ?? mediaType);
      const rest = [platform, type, screen.width === undefined ? subject : digits(subject), node.via.join('+')];
      yield [
        { text: String(depth) },
        ...attachmentCells(node, screen),
        ...[...rest, (node.places ?? []).map(printable).join(' and '), claimOf(node)].map((text) => ({ text })),
      ];
      yield* rows(node.referrers, platform, depth + 1);
    }
  }
  function* all(): Generator<readonly Cell[]> {
    const none = screen.isTerminal ? '' : '-';
    yield* rows(result.referrers, none, 1);
    for (const { platform, referrers } of result.platforms ?? [])
      yield* rows(referrers, printable(platform ?? none), 1);
  }
  const names = TABLE.map((name) => (name === 'CREATED' && screen.isTerminal ? 'AGE' : name));
  yield* tableLines(names, TABLE_GRID, all, screen);
}
