import { inOrder } from '../../../operations/results/in-order.js';
import { whoOf } from '../../../operations/results/signer-words.js';
import type { VerifiedNode, VerifyResult } from '../../../operations/verify/verify.js';
import { digits } from '../fit.js';
import { type Cell, type Grid, tableLines } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { printable } from '../text.js';
import { ATTACHMENT_COLUMNS, attachmentCells, attachmentSteps } from './attachment.js';
import { verdictPart } from './verify.js';

const NAMES = 'DEPTH VERDICT KIND FORMAT TITLE SIZE CREATED DIGEST PLATFORM SUBJECT SIGNER'.split(' ');

const GRID: Grid = {
  columns: [{ align: 'right' }, {}, ...ATTACHMENT_COLUMNS, {}, { cut: 'end' }, {}],
  steps: [
    { column: 10, least: 24 },
    { column: 9, least: 0 },
    ...attachmentSteps(2).slice(0, 4),
    { column: 0, least: 0 },
    { column: 10, least: 12 },
    ...attachmentSteps(2),
    { column: 8, least: 0 },
    { column: 10, least: 0 },
  ],
};

/** The attachments with their verdicts as a table, line by line. */
export function* verdictTable(result: VerifyResult, screen: TimedScreen): Generator<string> {
  const { width, isTerminal } = screen;
  const none = isTerminal ? '' : '-';
  function* rows(nodes: readonly VerifiedNode[], platform: string, depth: number): Generator<readonly Cell[]> {
    for (const node of inOrder(nodes)) {
      const { verdict, subject } = node;
      const who = verdict === 'verified' ? printable(whoOf(node) ?? none) : none;
      yield [
        { text: String(depth) },
        verdictPart(verdict, isTerminal),
        ...attachmentCells(node, screen),
        ...[platform, width === undefined ? subject : digits(subject), who].map((text) => ({ text })),
      ];
      yield* rows(node.referrers, platform, depth + 1);
    }
  }
  function* all(): Generator<readonly Cell[]> {
    yield* rows(result.referrers, none, 1);
    for (const { platform, referrers } of [...(result.above ?? []), ...(result.platforms ?? [])])
      yield* rows(referrers, printable(platform ?? none), 1);
  }
  const names = NAMES.map((name) => (name === 'CREATED' && isTerminal ? 'AGE' : name));
  yield* tableLines(names, GRID, all, screen);
}
