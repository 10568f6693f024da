import type { BlockedAttachment, DetachedAttachment, DetachResult } from '../../../operations/detach/detach.js';
import { shortDigests, wrapped } from '../fit.js';
import { fitText } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { formatSize, printable } from '../text.js';
import { widthOf } from '../width.js';
import { attachmentLines, type ListedAttachment } from './attachments.js';

const NONE: NonNullable<DetachResult['deeper']> = { attachments: [], incomplete: [] };

/** The notes on attachments that stay, and on failures. */
export function detachNotes({ removed, incomplete, blocked, deeper, unpruned }: DetachResult): readonly string[] {
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
    ...deeperNotes(deeper),
  ];
}

function deeperNotes({ attachments, incomplete }: NonNullable<DetachResult['deeper']> = NONE): readonly string[] {
  const [first, unasked] = [attachments[0], incomplete[0]];
  const fit = attachments.length === 1 ? 'attachment of another fits' : 'attachments of others fit';
  return [
    ...(first === undefined
      ? []
      : [
          `${attachments.length} ${fit}, and ${attachments.length === 1 ? 'stays' : 'stay'}: give detach what it is attached to as the SUBJECT, like ${first.subject}`,
        ]),
    ...(unasked === undefined
      ? []
      : [`could not ask ${unasked.way}: more attachments of others may fit (${unasked.error.message})`]),
  ];
}

/** The attachments that are removed or would be, and those that stay, line by line. */
export function* detachLines(result: DetachResult, screen: TimedScreen): Generator<string> {
  const { removed, orphans, deeper, blocked, incomplete, pruned, dryRun } = result;
  const verb = dryRun ? 'Would remove' : 'Removed';
  const left = dryRun ? 'Would stay without its subject' : 'Stays without its subject';
  yield* section(removed, `${verb} ${removed.length} of ${printable(result.reference)}:`, screen);
  yield* section(orphans, `${left} (--recursive takes it along):`, screen);
  yield* section(deeper?.attachments ?? [], 'Fits as well and stays, attached to another attachment:', screen);
  yield* section(incomplete, 'Still to be removed:', screen);
  yield* stays(blocked, screen);
  if (pruned !== undefined)
    yield `Pruned ${pruned.blobs} ${pruned.blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(pruned.bytes)}`;
}

/** Attachments that stay for the same reason share one section. */
function* stays(blocked: readonly BlockedAttachment[], screen: TimedScreen): Generator<string> {
  const byReason = new Map<string, BlockedAttachment[]>();
  for (const attachment of blocked) {
    const why = JSON.stringify([attachment.reason, attachment.hint]);
    const others = byReason.get(why);
    if (others === undefined) byReason.set(why, [attachment]);
    else others.push(attachment);
  }
  for (const attachments of byReason.values()) {
    const [{ reason, hint } = { reason: '', hint: '' }] = attachments;
    yield* sentence(`Stays, since ${printable(reason)}`, screen);
    yield* sentence(`${printable(hint)}:`, screen, '  ');
    yield* lines(attachments, screen);
  }
}

/** A sentence is of use as a whole: it goes on in the next line, where a heading of a list loses its middle. */
function* sentence(text: string, { width }: TimedScreen, indent = ''): Generator<string> {
  const room = width === undefined ? undefined : width - indent.length;
  const isShort = room !== undefined && widthOf(text) > room;
  for (const line of wrapped(isShort ? shortDigests(text) : text, room)) yield `${indent}${line}`;
}

function* section(attachments: readonly DetachedAttachment[], title: string, screen: TimedScreen): Generator<string> {
  if (attachments.length === 0) return;
  yield fitText(title, screen.width);
  yield* lines(attachments, screen);
}

function lines(attachments: readonly DetachedAttachment[], screen: TimedScreen): Generator<string> {
  function* listed(): Generator<ListedAttachment> {
    for (const { kind, artifactType, mediaType, digest, via, platform, place } of attachments) {
      const where = whereOf(platform, place);
      const facts =
        screen.width === undefined ? [[via.join('+'), ...where].join(', ')] : [where.join(', '), via.join('+')];
      yield { kind, artifactType, mediaType, digest, facts };
    }
  }
  return attachmentLines(listed, screen);
}

function whereOf(platform: string | undefined, place: string | undefined): readonly string[] {
  return [platform, place && `in ${place}`].flatMap((each) => (each === undefined ? [] : [printable(each)]));
}
