import type { Kind } from '../../../formats/kinds/kind.js';
import type { DiscoveredNode } from '../../../operations/discover/discover.js';
import { tellingFormat } from '../../../operations/results/telling-format.js';
import { ageOf, dateOf } from '../age.js';
import { digits, type Part, shorten } from '../fit.js';
import type { Cell, Column, Step } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { formatSize, type Paint, printable } from '../text.js';
import { widthOf } from '../width.js';

/** The facts of an attachment that its line shows. */
export type ShownAttachment = Pick<
  DiscoveredNode,
  'kind' | 'formats' | 'artifactType' | 'predicateType' | 'mediaType' | 'digest' | 'created' | 'content'
>;

type Style = Parameters<Paint>[0];

/** The colour of each kind; others are bold alone. */
const COLOURS: Readonly<Partial<Record<Kind, Style>>> = {
  sbom: 'cyan',
  signature: 'green',
  attestation: 'blue',
  provenance: 'blue',
  vex: 'yellow',
  scan: 'magenta',
  'test-result': 'magenta',
  lifecycle: 'red',
};

/** The style of a kind wherever it is named. */
export function kindStyle(kind: Kind | undefined): Style {
  return (kind && COLOURS[kind]) ?? 'bold';
}

/** The columns of {@link attachmentCells}: kind, format, title, size, age and digest. */
export const ATTACHMENT_COLUMNS: readonly Column[] = [
  {},
  {},
  {},
  { align: 'right' },
  { align: 'right' },
  { cut: 'end' },
];

/** The way in which they get narrow; names of files keep the most. `at` is the position of the first. */
export function attachmentSteps(at = 0): readonly Step[] {
  const [kind, format, title, size, age, digest] = [0, 1, 2, 3, 4, 5].map((column) => at + column);
  const steps: readonly (readonly [number | undefined, number])[] = [
    [title, 24],
    [format, 9],
    [title, 20],
    [size, 0],
    [digest, 8],
    [title, 12],
    [age, 0],
    [format, 0],
    [kind, at === 0 ? 20 : 9],
    [title, 8],
    [title, 0],
    [kind, at === 0 ? 10 : 0],
  ];
  return steps.map(([column = 0, least]) => ({ column, least }));
}

/**
 * The cells of an attachment. A person at a terminal sees ages; other streams have dates, and a `-` for what is not known,
 * so that each line has the same fields.
 */
export function attachmentCells(node: ShownAttachment, { now, width, isTerminal }: TimedScreen): readonly Cell[] {
  const { kind, digest, created, content } = node;
  const none = isTerminal ? '' : '-';
  const format = formatOf(node, width !== undefined);
  return [
    { text: kind ?? (isTerminal ? 'artifact' : '-'), style: kind === undefined ? 'dim' : kindStyle(kind) },
    { text: format || none, short: SHORT[format] },
    { text: titleOf(content?.titles ?? [], width !== undefined) || none },
    { text: content === undefined ? none : formatSize(content.size), style: 'dim' },
    { text: (isTerminal ? ageOf(created, now) : dateOf(created)) || none, style: 'dim' },
    { text: width === undefined ? digest : digits(digest), style: 'dim' },
  ];
}

/** Words for formats whose names are longer than most. */
const SHORT: Readonly<Record<string, string>> = { 'sigstore-bundle': 'bundle' };

/** The columns of a type, so that one of any length takes no room from the names of files. */
const MAX_TYPE = 48;

/** The format that says most; without one, the type. */
export function formatOf(
  { formats, artifactType, predicateType, mediaType }: ShownAttachment,
  isShort: boolean,
): string {
  const format = tellingFormat(formats);
  if (format !== undefined) return format;
  const type = printable(predicateType ?? artifactType ?? mediaType);
  return isShort ? shorten(type.replace(/^application\//, ''), MAX_TYPE) : type;
}

/** The name of the first file, and the number of further ones; all names where there is room for any length. */
function titleOf(titles: readonly string[], isShort: boolean): string {
  if (!isShort) return titles.map(printable).join(', ');
  const [first, ...more] = titles;
  return first === undefined ? '' : `${printable(first)}${more.length === 0 ? '' : ` +${more.length}`}`;
}

/** The columns that the name of a platform keeps. */
const MAX_NAME = 24;

/** The name of a platform, at the beginning of its line. */
export function namePart(name: string): Part {
  return { text: name, style: 'bold', least: Math.min(widthOf(name), MAX_NAME) };
}
