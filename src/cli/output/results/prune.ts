import type { PrunedAttachment, PruneResult } from '../../../operations/prune/prune.js';
import { digits, wrapped } from '../fit.js';
import { fitText } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { formatSize, printable } from '../text.js';
import { attachmentLines, type ListedAttachment } from './attachments.js';

/** The notes on failures, and on what the place does not show. */
export function pruneNotes({ removed, incomplete, unmended, unpruned, unseen }: PruneResult): readonly string[] {
  const failures = [...incomplete.map(({ error }) => error), ...unmended.map(({ error }) => error)];
  const [failure = unpruned] = failures;
  return [
    ...unseen.map(({ message }) => message),
    ...new Set(failures.map(({ message }) => message)),
    ...(unpruned === undefined ? [] : [unpruned.message]),
    ...(failure === undefined
      ? []
      : [
          `removed ${removed.length} of ${removed.length + incomplete.length}${failure.hint === undefined ? '' : `: ${failure.hint}`}`,
        ]),
  ];
}

/** The attachments that are removed or would be, the lists that change, and what stays. */
export function* pruneLines(result: PruneResult, screen: TimedScreen): Generator<string> {
  const { planned, removed, stays, lists, incomplete, pruned, dryRun } = result;
  const shown = dryRun ? planned : removed;
  const place = printable(result.reference);
  const inRoom = (text: string) => fitText(text, screen.width);
  if (shown.length > 0) {
    yield inRoom(`${dryRun ? 'Would remove' : 'Removed'} ${shown.length} of ${place}:`);
    yield* rows(shown, (one) => (one.rules.length === 0 ? 'goes along' : one.rules.join('+')), screen);
  } else if (incomplete.length === 0 && lists.length === 0) {
    yield inRoom(`${dryRun ? 'Would remove' : 'Removed'} nothing of ${place}`);
  }
  for (const { reference, entries, removed } of lists) {
    const verb = removed ? (dryRun ? 'Would remove' : 'Removed') : dryRun ? 'Would mend' : 'Mended';
    const lost =
      entries.length === 0 ? '' : `, without ${entries.length} that ${entries.length === 1 ? 'is' : 'are'} gone`;
    yield inRoom(`${verb} list ${printable(reference)}${lost}`);
  }
  if (incomplete.length > 0) {
    yield 'Still to be removed:';
    yield* rows(incomplete, (one) => one.rules.join('+'), screen);
  }
  if (stays.length > 0) {
    yield `Chosen, and ${stays.length === 1 ? 'stays' : 'stay'}:`;
    yield* rows(stays, ({ message }) => message, screen);
  }
  if (dryRun && result.subjectsIn.length === 1 && planned.some(({ rules }) => rules.includes('orphans')))
    yield* wrapped(`Images were looked for in ${place} alone; --subjects-in names other places`, screen.width);
  if (pruned !== undefined && pruned.blobs > 0)
    yield `Freed ${pruned.blobs} ${pruned.blobs === 1 ? 'blob' : 'blobs'}, ${formatSize(pruned.bytes)}`;
}

function rows<A extends PrunedAttachment>(
  attachments: readonly A[],
  why: (attachment: A) => string,
  screen: TimedScreen,
): Generator<string> {
  function* listed(): Generator<ListedAttachment> {
    for (const attachment of attachments) {
      const { kind, artifactType, mediaType, digest, created = '-', subject } = attachment;
      const reason = printable(why(attachment));
      const facts = screen.width === undefined ? [`${reason}; of ${subject}`] : [reason, `of ${digits(subject)}`];
      yield { kind, artifactType, mediaType, digest, created, facts };
    }
  }
  return attachmentLines(listed, screen);
}
