import { KINDS, type Kind } from '../../../formats/kinds/kind.js';
import { quote } from '../../../oci/text/quote.js';
import { isIndexType } from '../../../oci/values/media-types.js';
import { describeSelection, type Selection } from '../../../operations/attached/selection.js';
import type {
  AskedWay,
  DiscoveredNode,
  DiscoveredPlatform,
  DiscoverResult,
  EndOfLife,
} from '../../../operations/discover/discover.js';
import { indexesAbove } from '../../../operations/discover/missing.js';
import { inOrder } from '../../../operations/results/in-order.js';
import type { Via } from '../../../store/interfaces/store.js';
import { describeClaimed } from '../claimed.js';
import { digits, fitted, type Part, shortDigests, shorten, wrapped } from '../fit.js';
import { type Grid, gridLines, type Step, tableLines } from '../grid.js';
import type { Screen, TimedScreen } from '../screen.js';
import { printable } from '../text.js';
import { type Branch, branches, joined, treeRows } from '../tree.js';
import { ATTACHMENT_COLUMNS, attachmentCells, attachmentSteps, namePart } from './attachment.js';

/** Options of {@link treeLines}. */
interface TreeOptions {
  readonly annotations: boolean;
  /** Shows the ways in which each was found. @default only unusual ones */
  readonly verbose: boolean;
  /** Whether the result has all that is attached: it says what is not. */
  readonly isAll: boolean;
}

const GRID: Grid = {
  columns: [...ATTACHMENT_COLUMNS, {}, {}],
  steps: [{ column: 7, least: 16 }, ...attachmentSteps(), { column: 6, least: 0 }, { column: 7, least: 0 }],
};

/** The attachments as a tree, line by line; an index with its platforms. */
export function* treeLines(
  result: DiscoverResult,
  screen: TimedScreen,
  { annotations, verbose, isAll }: TreeOptions,
): Generator<string> {
  const { paint, width, isTerminal } = screen;
  const short = (text: string) => (width === undefined ? text : shortDigests(text));
  const branch = (node: DiscoveredNode): Branch => ({
    line: [
      ...attachmentCells(node, screen),
      { text: verbose || isUnusual(node) ? `via ${node.via.join('+')}` : '', style: 'dim' },
      { text: whereIs(node), style: 'dim' },
    ],
    details: (room) => {
      const claims = node.claimed ? wrapped(describeClaimed(node.claimed), room) : [];
      const named = annotations ? annotated(node).map((text) => shorten(text, room ?? text.length)) : [];
      return [...claims, ...named].map((text) => paint('dim', text));
    },
    below: branches(inOrder(node.referrers), branch),
  });
  const platform = (one: DiscoveredPlatform): Branch => ({
    line: (room) =>
      fitted(
        [
          namePart(nameOf(one)),
          { text: width === undefined ? one.digest : digits(one.digest), style: 'dim' },
          ...endParts(one.endOfLife),
          { text: isTerminal && one.isPlatform !== false ? summaryOf(result, one, isAll) : '', least: 0 },
        ],
        room,
        paint,
      ),
    details: () => [],
    below: branches(inOrder(one.referrers), branch),
  });
  const { referrers, platforms = [] } = result;
  const root: readonly Part[] = [
    { text: short(printable(result.reference)), least: 20 },
    ...endParts(result.endOfLife),
  ];
  yield fitted(root, width, paint);
  const all = joined(branches(inOrder(referrers), branch), branches(platforms, platform));
  yield* gridLines(GRID, () => treeRows(all), screen);
}

function annotated({ annotations = {} }: DiscoveredNode): readonly string[] {
  return Object.entries(annotations).map(([key, value]) => `${printable(key)}: ${printable(value)}`);
}

function nameOf({ platform, mediaType }: DiscoveredPlatform): string {
  return printable(platform ?? (isIndexType(mediaType) ? 'index' : 'no platform'));
}

/** Ways that other tools do not ask: what is found by these alone stays hidden from them. */
const UNUSUAL: readonly Via[] = ['layout-tag', 'layout-referrers', 'layout-scan'];

function isUnusual({ via }: DiscoveredNode): boolean {
  return via.every((way) => UNUSUAL.includes(way));
}

/** The places of an attachment that is not only beside its subject. */
function whereIs({ places = [] }: DiscoveredNode): string {
  return places.length === 0 ? '' : `in ${places.map(printable).join(' and ')}`;
}

/** Kinds that an image is expected to have: their absence is said. */
const EXPECTED: readonly Kind[] = ['sbom', 'signature', 'provenance'];

/** The kinds that a platform has, itself or on an index that holds it, and the expected ones that it lacks. */
function summaryOf(result: DiscoverResult, platform: DiscoveredPlatform, isAll: boolean): string {
  const holders = [platform, ...indexesAbove<DiscoveredNode>(result)(platform.digest)];
  const there = new Set(holders.flatMap(({ referrers }) => referrers.map(({ kind }) => kind)));
  const has = KINDS.filter((kind) => there.has(kind)).join(', ');
  const lacks = isAll ? EXPECTED.filter((kind) => !there.has(kind)).join(', ') : '';
  return [has, lacks === '' ? '' : `no ${lacks}`].filter((text) => text !== '').join(' · ');
}

/** The end of life of an image, behind its name. */
function endParts(endOfLife: EndOfLife | undefined): readonly Part[] {
  if (endOfLife === undefined) return [];
  return [{ text: describeEnd(endOfLife), style: endOfLife.past === false ? 'dim' : 'red', least: 12 }];
}

/** The end of life in words. */
export function describeEnd({ date, past }: EndOfLife): string {
  if (past === undefined) return `end of life ${quote(date)}, which is not a date of RFC 3339`;
  return past ? `past its end of life, ${printable(date)}` : `end of life ${printable(date)}`;
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

/** The note on a manifest that was not read for its files; the attachment itself is known. */
export function describeUnread(what: string, error: unknown): string {
  return `no names and sizes from ${what}: ${error instanceof Error ? error.message : String(error)}`;
}

/** The line of `--verbose` for a way: the number of its subjects, and of the attachments it found. */
export function describeAsked({ via, place, subjects, found, unsupported = 0 }: AskedWay): string {
  const lacking = unsupported === subjects ? 'not there' : `${found === 0 ? 'none' : found} found`;
  return `asked ${WAYS[via]} (${via})${place === undefined ? '' : ` in ${place}`} about ${subjects} subject${subjects === 1 ? '' : 's'}: ${lacking}`;
}

/** The flags that notes depend on; with `json` the empty list is visible without a note. */
interface NoteOptions {
  readonly selection: Selection | undefined;
  readonly via: readonly Via[] | undefined;
  readonly json: boolean;
}

/** The notes on a result; the command itself notes ways that were not asked. */
export function discoverNotes(result: DiscoverResult, { selection = {}, via, json }: NoteOptions): readonly string[] {
  const { missing, incomplete, referrers, platforms = [] } = result;
  const [failed] = incomplete;
  if (failed !== undefined && missing?.length !== 0) {
    return [`more may be attached${failed.error.hint === undefined ? '' : `: ${failed.error.hint}`}`];
  }
  if (missing?.length === 0)
    return ['all required kinds are attached; signatures were not verified: remora verify does that'];
  if (missing !== undefined)
    return missing.some(({ onIndex }) => onIndex)
      ? ['the index itself has some of them; --require-on any counts these for its platforms']
      : [];
  if (json || [{ referrers }, ...platforms].some((subject) => subject.referrers.length > 0)) return [];
  const wanted = describeSelection(selection).join(', ');
  const where = via === undefined ? '' : ` by way of ${via.join(' or ')}; other places were not asked`;
  return [`nothing${wanted === '' ? '' : ` of ${wanted}`} is attached${where}`];
}

/** A line for each required kind that an index has for its platforms. */
export function describeOnIndex({ onIndex = [], platforms = [] }: DiscoverResult): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const { kind, format, platform, digest, index } of onIndex) {
    const inner = platforms.some((one) => one.digest === index) ? `inner index ${index}` : 'index';
    const line = `${kind}${format === undefined ? '' : `@${format}`}: on the ${inner}`;
    lines.set(line, [...(lines.get(line) ?? []), printable(platform ?? digest)]);
  }
  return [...lines].map(([line, names]) => `${line}, for ${[...new Set(names)].join(', ')}`);
}

/** The requirements that are not met, as a table; a place that was not asked could have them. */
export function missingLines(
  { missing = [], incomplete }: Pick<DiscoverResult, 'missing' | 'incomplete'>,
  { paint, width }: Screen,
): Iterable<string> {
  if (missing.length === 0) return [];
  const rows = missing.map(({ kind, format = 'any', platform = '-', digest }) =>
    [kind, format, printable(platform), width === undefined ? digest : digits(digest)].map((text) => ({ text })),
  );
  const grid = { columns: [{}, {}, {}, { cut: 'end' as const }], steps: MISSING_STEPS };
  const state = incomplete.length > 0 ? 'NOT FOUND' : 'MISSING';
  return tableLines([state, 'FORMAT', 'PLATFORM', 'SUBJECT'], grid, () => rows, { paint, width });
}

const MISSING_STEPS: readonly Step[] = [
  { column: 3, least: 8 },
  { column: 2, least: 12 },
  { column: 1, least: 0 },
];
