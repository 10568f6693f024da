import type { BlockedAttachment, DetachedAttachment, DetachResult } from '../../../operations/detach/detach.js';
import { digits, shortType } from '../fit.js';
import { type Column, fitText, gridLines, type Row, type Step } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';

/** The notes on attachments that stay, and on failures. */
export function detachNotes({ removed, incomplete, blocked, unpruned }: DetachResult): readonly string[] {
  const were = blocked.length === 1 ? 'attachment was' : 'attachments were';
  const failure = incomplete[0]?.error ?? unpruned;
  const messages = incomplete.length > 0 ? incomplete.map(({ error }) => error.message) : [unpruned?.message ?? ''];
  return [
    ...(blocked.length === 0 ? [] : [`${blocked.length} selected ${were} kept; the result says why`]),
    ...(failure === undefined
      ? []
      : [
          ...new Set(messages),
          `removed ${removed.length} of ${removed.length + incomplete.length}${failure.hint === undefined ? '' : `: ${failure.hint}`}`,
        ]),
  ];
}

/** The attachments that are removed or would be, and those that stay, line by line. */
export function* detachLines(result: DetachResult, screen: Screen): Generator<string> {
  const { removed, orphans, blocked, incomplete, pruned, dryRun } = result;
  const verb = dryRun ? 'Would remove' : 'Removed';
  const left = dryRun ? 'Would stay without its subject' : 'Stays without its subject';
  yield* section(removed, `${verb} ${removed.length} of ${printable(result.reference)}:`, screen);
  yield* section(orphans, `${left} (--recursive takes it along):`, screen);
  yield* section(incomplete, 'Still to be removed:', screen);
  yield* stays(blocked, screen);
  if (pruned !== undefined)
    yield `Pruned ${pruned.blobs} ${pruned.blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(pruned.bytes)}`;
}

/** Attachments that stay for the same reason share one section. */
function* stays(blocked: readonly BlockedAttachment[], screen: Screen): Generator<string> {
  const byReason = new Map<string, BlockedAttachment[]>();
  for (const attachment of blocked) {
    const why = `${attachment.reason}\n  ${attachment.hint}`;
    const others = byReason.get(why);
    if (others === undefined) byReason.set(why, [attachment]);
    else others.push(attachment);
  }
  for (const [why, attachments] of byReason)
    yield* section(attachments, `Stays, since ${printableLines(why)}:`, screen);
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Kind, type, digest, platform and place, and the way by which it is attached. */
const COLUMNS: readonly Column[] = [{}, {}, { cut: 'end' }, {}, {}];
const STEPS: readonly Step[] = [
  { column: 4, least: 0 },
  { column: 1, least: 20 },
  { column: 3, least: 14 },
  { column: 1, least: 12 },
  { column: 3, least: 0 },
  { column: 2, least: 8 },
  { column: 1, least: 8 },
];

function* section(attachments: readonly DetachedAttachment[], title: string, screen: Screen): Generator<string> {
  if (attachments.length === 0) return;
  yield* title.split('\n').map((line) => fitText(line, screen.width));
  const { width } = screen;
  const facts = (via: string, where: readonly string[]) =>
    width === undefined ? [[via, ...where].join(', ')] : [where.join(', '), via];
  function* rows(): Generator<Row> {
    for (const { kind, artifactType, mediaType, digest, via, platform, place } of attachments)
      yield {
        stem: '  ',
        cells: [
          { text: kind ?? '-' },
          { text: shortType(printable(artifactType ?? mediaType), width) },
          { text: width === undefined ? digest : digits(digest) },
          ...facts(via.join('+'), whereOf(platform, place)).map((text) => ({ text, style: 'dim' as const })),
        ],
      };
  }
  yield* gridLines({ columns: COLUMNS, steps: STEPS }, rows, screen);
}

function whereOf(platform: string | undefined, place: string | undefined): readonly string[] {
  return [platform, place && `in ${place}`].flatMap((each) => (each === undefined ? [] : [printable(each)]));
}
