import { Annotation } from '../../../oci/values/annotations.js';
import type { IndexResult, IndexResultEntry } from '../../../operations/index/schema.js';
import { digits, shortType } from '../fit.js';
import { type Cell, type Column, fieldText, gridLines, type Row, type Step } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';

/** The lines that tell of an index: its name, what changed, and its entries. */
export function indexText(result: IndexResult, verb: string, screen: Screen): string {
  const { dryRun, copied, moved } = result;
  const isSame = result.result === 'exists';
  const done = dryRun ? 'Would be' : isSame ? 'Index' : verb;
  const tags = result.tags.map((tag) => {
    const move = moved.find((one) => one.tag === tag);
    return move?.previous === undefined ? tag : `${tag} (was ${move.previous.slice(0, 19)}…)`;
  });
  const added = new Set(result.added.map(keyOf));
  const rows: readonly Row[] = [
    ...result.manifests.map((entry) => rowOf(entry, isSame || !added.has(keyOf(entry)) ? ' ' : '+', screen)),
    ...result.removed.map((entry) => rowOf(entry, '-', screen, 'dim')),
  ];
  const columns: Column[] = [{}, { cut: 'end' }, screen.isTerminal ? { align: 'right' } : {}, {}, {}];
  return [
    fieldText(
      [
        [done, `${result.reference}${isSame && !dryRun ? ' (was there already)' : ''}`, 'whole'],
        ['Tags', tags.length === 0 ? undefined : tags.join(', ')],
        ['Type', result.artifactType && printable(result.artifactType)],
        ['Subject', result.subject?.digest],
        ['Listed by', result.listedBy],
        ['Copied', copied && copied.objects > 0 ? `${copied.objects} objects, ${formatSize(copied.bytes)}` : undefined],
      ],
      screen,
    ),
    ...(rows.length === 0 ? [] : ['Members:', ...gridLines({ columns, steps: STEPS }, () => rows, screen)]),
  ].join('\n');
}

/** Platform, digest, size, type and name. */
const STEPS: readonly Step[] = [
  { column: 3, least: 20 },
  { column: 4, least: 12 },
  { column: 3, least: 0 },
  { column: 2, least: 0 },
  { column: 4, least: 0 },
  { column: 1, least: 8 },
];

function rowOf(
  { platform, digest, size, artifactType, annotations }: IndexResultEntry,
  mark: string,
  { width }: Screen,
  style?: Cell['style'],
): Row {
  const name = annotations?.[Annotation.title] ?? annotations?.[Annotation.refName] ?? '';
  const cells = [
    `${mark} ${printable(platform ?? '-')}`,
    width === undefined ? digest : digits(digest),
    formatSize(size),
    shortType(printable(artifactType ?? ''), width),
    printable(name),
  ];
  return { cells: cells.map((text) => ({ text, style })) };
}

function keyOf({ digest, platform }: IndexResultEntry): string {
  return `${digest} ${platform ?? ''}`;
}
