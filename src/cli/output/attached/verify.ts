import { isIndexType } from '../../../oci/values/media-types.js';
import { inOrder } from '../../../operations/results/in-order.js';
import { lackState } from '../../../operations/results/lack-state.js';
import { type Signed, whenOf, whoOf } from '../../../operations/results/signer-words.js';
import type { VerifyBlobResult } from '../../../operations/verify/blob-schema.js';
import type { VerifiedNode, VerifiedPlatform, VerifyResult } from '../../../operations/verify/verify.js';
import { digits, fitted, type Part, shortDigests, wrapped } from '../fit.js';
import { type Cell, type Grid, gridLines, tableLines } from '../grid.js';
import type { Screen, TimedScreen } from '../screen.js';
import { type Paint, printable } from '../text.js';
import { type Branch, branches, joined, treeRows } from '../tree.js';
import { ATTACHMENT_COLUMNS, attachmentCells, attachmentSteps, namePart } from './attachment.js';

type Verdict = VerifiedNode['verdict'];

const MARKS: Readonly<Record<Verdict, { readonly mark: string; readonly style: 'green' | 'red' | 'yellow' }>> = {
  verified: { mark: '✓', style: 'green' },
  wrong: { mark: '✗', style: 'red' },
  unchecked: { mark: '?', style: 'yellow' },
};

/** The verdict as a word; on a terminal with its mark. */
export function verdictPart(verdict: Verdict, isTerminal: boolean): Part {
  const { mark, style } = MARKS[verdict];
  return { text: isTerminal ? `${mark} ${verdict}` : verdict, style };
}

const GRID: Grid = {
  columns: [{}, ...ATTACHMENT_COLUMNS],
  steps: [...attachmentSteps(1), { column: 0, least: 12 }],
};

/** The attachments as a tree, each with its verdict: line by line, an index with its platforms. */
export function* verdictLines(result: VerifyResult, screen: TimedScreen): Generator<string> {
  const { paint, width, isTerminal } = screen;
  const short = (text: string) => (width === undefined ? text : shortDigests(text));
  const attachment = (node: VerifiedNode): Branch => ({
    line: [verdictPart(node.verdict, isTerminal), ...boldKind(attachmentCells(node, screen))],
    details: (room) => detailLines(node, short, room, paint),
    below: branches(inOrder(node.referrers), attachment),
  });
  const platform = (one: VerifiedPlatform): Branch => ({
    line: (room) => fitted(nameParts(one, width), room, paint),
    details: (room) => coveredLines(one).map((line) => fitted([{ text: short(line), style: 'dim' }], room, paint)),
    below: branches(inOrder(one.referrers), attachment),
  });
  const { referrers, above = [], platforms = [] } = result;
  yield fitted([{ text: short(printable(result.reference)), least: 20 }], width, paint);
  const all = joined(branches(inOrder(referrers), attachment), branches([...above, ...platforms], platform));
  yield* gridLines(GRID, () => treeRows(all), screen);
}

/** The colour of a verdict stands alone. */
function boldKind([kind, ...others]: readonly Cell[]): readonly Cell[] {
  return kind === undefined ? [] : [{ ...kind, style: 'bold' }, ...others];
}

function nameParts({ platform, mediaType, digest }: VerifiedPlatform, width: number | undefined): Part[] {
  const name = printable(platform ?? (isIndexType(mediaType) ? 'index' : 'no platform'));
  return [namePart(name), { text: width === undefined ? digest : digits(digest), style: 'dim' }];
}

type Told = Signed & Pick<VerifiedNode, 'digest' | 'verdict' | 'message' | 'coveredBy' | 'remarks' | 'places'>;

/** The lines below an attachment: who signed and when, or why it is not verified. */
function detailLines(node: Told, short: (text: string) => string, room: number | undefined, paint: Paint): string[] {
  return detailsOf(node).flatMap((line) => wrapped(short(line), room).map((part) => paint('dim', part)));
}

function detailsOf(node: Told): readonly string[] {
  const { digest, verdict, coveredBy, remarks = [], places = [] } = node;
  // The line above has its own digest.
  const message = node.message?.replaceAll(digest, (found, at: number, text: string) =>
    text[at - 1] === '@' || text.endsWith('wanted ', at) ? found : 'it',
  );
  const claimed = whoOf(node);
  const lines = [...coveredLines(node)];
  if (places.length > 0) lines.push(`in ${places.map(printable).join(' and ')}`);
  if (verdict === 'verified' && claimed !== undefined)
    lines.push([`by ${claimed}`, ...whenOf(node)].map(printable).join(', '));
  if (verdict !== 'verified' && message !== undefined) lines.push(printable(message));
  if (verdict !== 'verified' && claimed !== undefined && coveredBy === undefined)
    lines.push(printable(`claims to be by ${claimed}`));
  return [...lines, ...remarks.map(printable)];
}

function coveredLines({ coveredBy }: Pick<VerifiedNode, 'coveredBy'>): readonly string[] {
  return coveredBy === undefined ? [] : [`covered by ${coveredBy}`];
}

/** A file with the verdict on its bundle, in lines that fit. */
export function* blobLines(result: VerifyBlobResult, screen: Screen): Generator<string> {
  const { paint, width, isTerminal } = screen;
  const { blob, digest, bundle, verdict, kind = '', predicateType = '' } = result;
  const short = (text: string) => (width === undefined ? text : shortDigests(text));
  yield fitted([{ text: printable(blob), least: 12 }, { text: short(digest) }], width, paint);
  const parts: readonly Part[] = [
    verdictPart(verdict, isTerminal),
    { text: kind, style: 'bold' },
    { text: printable(predicateType), least: 12 },
    { text: printable(bundle), least: 12, style: 'dim' },
  ];
  const branch: Branch = {
    line: (room) => fitted(parts, room, paint),
    details: (room) => detailLines(result, short, room, paint),
    below: branches([], () => branch),
  };
  const all = branches([branch], (one) => one);
  yield* gridLines({ columns: [] }, () => treeRows(all), screen);
}

const UNMET: Grid = {
  columns: [{}, {}, {}, { cut: 'end' }, {}],
  steps: [
    { column: 3, least: 8 },
    { column: 2, least: 12 },
    { column: 1, least: 0 },
    { column: 4, least: 12 },
  ],
};

/** The requirements that are not met, as a table, and the rules that are not kept. */
export function* unmetLines(result: VerifyResult, screen: Screen): Generator<string> {
  const { missing, violations = [] } = result;
  const { width } = screen;
  const rows = missing.map((lack) => {
    const { kind = 'any signature', format = 'any', platform = '', digest } = lack;
    const state = lackState(lack, result);
    const subject = width === undefined ? digest : digits(digest);
    return [kind, format, printable(platform || '-'), subject, state].map((text) => ({ text }));
  });
  if (rows.length > 0)
    yield* tableLines(['MISSING', 'FORMAT', 'PLATFORM', 'SUBJECT', 'STATE'], UNMET, () => rows, screen);
  for (const { rule, message, platform, digest } of violations) {
    const of = platform ?? digest;
    const name = rule === undefined ? 'the policy' : `rule ${rule}`;
    const line = printable(`${name} is not kept: ${message}${of === undefined ? '' : ` (${of})`}`);
    yield* wrapped(width === undefined ? line : shortDigests(line), width);
  }
}

/** A line for each requirement that an index meets for its platforms. */
export function describeVerifiedOnIndex({ onIndex }: VerifyResult): readonly string[] {
  const lines = new Map<string, Set<string>>();
  for (const { kind = 'signature', format, platform, digest, index } of onIndex) {
    const line = `${kind}${format === undefined ? '' : `@${format}`}: on the index ${index}`;
    lines.set(line, (lines.get(line) ?? new Set()).add(printable(platform ?? digest)));
  }
  return [...lines].map(([line, names]) => `${line}, for ${[...names].join(', ')}`);
}
