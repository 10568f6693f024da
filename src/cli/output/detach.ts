import type { BlockedAttachment, DetachedAttachment, DetachResult } from '../../operations/detach/detach.js';
import { columns, formatSize, type Paint, printable } from './text.js';

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

/** The attachments that are removed or would be, and those that stay. */
export function renderDetach(result: DetachResult, paint: Paint): string {
  const { removed, orphans, blocked, incomplete, pruned, dryRun } = result;
  const verb = dryRun ? 'Would remove' : 'Removed';
  const left = dryRun ? 'Would stay without its subject' : 'Stays without its subject';
  const blocks = [
    section(removed, `${verb} ${removed.length} of ${printable(result.reference)}:`, paint),
    section(orphans, `${left} (--recursive takes it along):`, paint),
    section(incomplete, 'Still to be removed:', paint),
    ...stays(blocked, paint),
    pruned === undefined
      ? ''
      : `Pruned ${pruned.blobs} ${pruned.blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(pruned.bytes)}`,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

/** Attachments that stay for the same reason share one section. */
function stays(blocked: readonly BlockedAttachment[], paint: Paint): readonly string[] {
  const byReason = new Map<string, BlockedAttachment[]>();
  for (const attachment of blocked) {
    const why = `${attachment.reason}\n  ${attachment.hint}`;
    byReason.set(why, [...(byReason.get(why) ?? []), attachment]);
  }
  return [...byReason].map(([why, attachments]) => section(attachments, `Stays, since ${printableLines(why)}:`, paint));
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function section(attachments: readonly DetachedAttachment[], title: string, paint: Paint): string {
  if (attachments.length === 0) return '';
  const rows = attachments.map(({ kind, artifactType, mediaType, digest, via, platform }) => [
    `  ${kind ?? '-'}`,
    printable(artifactType ?? mediaType),
    digest,
    paint('dim', [via.join('+'), ...(platform === undefined ? [] : [printable(platform)])].join(', ')),
  ]);
  return `${title}\n${columns(rows)}`;
}
