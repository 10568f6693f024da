import { quote } from '../../oci/text/quote.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { describeSelection, type Selection } from '../../operations/attached/selection.js';
import type {
  AskedWay,
  DiscoveredNode,
  DiscoveredPlatform,
  DiscoverResult,
  EndOfLife,
  MissingKind,
} from '../../operations/discover/discover.js';
import type { Via } from '../../store/interfaces/store.js';
import { describeClaimed } from './claimed.js';
import { columns, formatSize, type Paint, printable } from './text.js';
import { type Branch, branches, draw, joined } from './tree.js';

/** The attachments as a tree, line by line; an index with its platforms. */
export function* treeLines(
  result: DiscoverResult,
  paint: Paint,
  options: { readonly annotations: boolean },
): Generator<string> {
  const branch = (node: DiscoveredNode): Branch => {
    const type = printable(node.artifactType ?? node.predicateType ?? node.mediaType);
    const label = node.kind === undefined ? paint('bold', type) : `${paint('bold', node.kind)}  ${type}`;
    const facts = `${formatSize(node.size)}, ${node.via.join('+')}${whereIs(node)}`;
    return {
      text: () => `${label}  ${node.digest}  ${paint('dim', facts)}`,
      details: () =>
        [...(node.claimed ? [describeClaimed(node.claimed)] : []), ...(options.annotations ? annotated(node) : [])].map(
          (text) => paint('dim', text),
        ),
      below: branches(node.referrers, branch),
    };
  };
  const annotated = ({ annotations = {} }: DiscoveredNode) =>
    Object.entries(annotations).map(([key, value]) => `${printable(key)}: ${printable(value)}`);
  const platform = ({ platform: name, mediaType, digest, endOfLife, referrers }: DiscoveredPlatform): Branch => ({
    text: () =>
      `${paint('bold', printable(name ?? (isIndexType(mediaType) ? 'index' : 'no platform')))}  ${digest}${marked(endOfLife, paint)}`,
    details: () => [],
    below: branches(referrers, branch),
  });
  const { referrers, platforms = [] } = result;
  yield `${printable(result.reference)}${marked(result.endOfLife, paint)}`;
  yield* draw(joined(branches(referrers, branch), branches(platforms, platform)));
}

/** The places of an attachment that is not only beside its subject. */
function whereIs({ places = [] }: DiscoveredNode): string {
  return places.length === 0 ? '' : `, in ${places.map(printable).join(' and ')}`;
}

/** The end of life of an image, behind its name. */
function marked(endOfLife: EndOfLife | undefined, paint: Paint): string {
  if (endOfLife === undefined) return '';
  return `  ${paint(endOfLife.past === false ? 'dim' : 'red', describeEnd(endOfLife))}`;
}

function describeEnd({ date, past }: EndOfLife): string {
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

/** The line of `--verbose` for a way: the number of its subjects, and of the attachments it found. */
export function describeAsked({ via, place, subjects, found, unsupported = 0 }: AskedWay): string {
  const lacking = unsupported === subjects ? 'not there' : `${found === 0 ? 'none' : found} found`;
  return `asked ${WAYS[via]} (${via})${place === undefined ? '' : ` in ${place}`} about ${subjects} subject${subjects === 1 ? '' : 's'}: ${lacking}`;
}

/** The attachments as a table. */
export function renderTable(result: DiscoverResult): string {
  const rows: string[][] = [];
  const ends = [result, ...(result.platforms ?? [])].flatMap(({ endOfLife }) => endOfLife ?? []);
  const claimOf = ({ claimed, reference }: DiscoveredNode) => {
    const end = ends.find((one) => one.reference === reference);
    return [...(claimed ? [describeClaimed(claimed)] : []), ...(end ? [describeEnd(end)] : [])].join(', ');
  };
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
        (node.places ?? []).map(printable).join(' and '),
        claimOf(node),
      ]);
      walk(node.referrers, platform, depth + 1);
    }
  };
  walk(result.referrers, '-', 1);
  for (const { platform, referrers } of result.platforms ?? []) walk(referrers, platform ?? '-', 1);
  const heading = ['DEPTH', 'KIND', 'TYPE', 'DIGEST', 'SIZE', 'VIA', 'CREATED', 'PLATFORM', 'SUBJECT'];
  const hasClaims = rows.some((row) => row.at(-1) !== '');
  const hasPlaces = rows.some((row) => row.at(-2) !== '');
  const all = [[...heading, hasPlaces ? 'IN' : '', hasClaims ? 'CLAIMS' : ''], ...rows];
  return columns(hasPlaces ? all : all.map((row) => row.toSpliced(-2, 1)));
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

/** The requirements that are not met, as a table; the empty text when all are. */
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
