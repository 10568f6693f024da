import { sharedSignal } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { Attachment } from './attachment.js';
import { platformSubjects, rootSubject, type Subject } from './subject.js';
import { AttachedWalk } from './walk.js';

/** An attached thing, and what it is attached to. */
export interface SelectedAttachment extends Attachment {
  readonly subject: Digest;
  /** `os/architecture[/variant]`, where that is a child of an index. */
  readonly platform?: string;
}

/** Options of {@link attachmentsByDistance}. */
export interface SelectOptions extends CallOptions {
  /** The index that the subject was chosen from: BuildKit keeps attestations of its children there. @default none */
  readonly index?: Manifest | undefined;
}

/**
 * Everything that is attached to a subject, nearest first: what is attached to it and, for an index, to its platforms;
 * then what is attached to that, and so on. Who has found enough asks for no more, and no more is asked of the store.
 *
 * @throws RemoraError when a place could not be asked: a choice among half of the things is no choice
 */
export async function* attachmentsByDistance(
  store: Source,
  subject: Descriptor,
  options: SelectOptions = {},
): AsyncGenerator<readonly SelectedAttachment[]> {
  const signal = sharedSignal(options.signal);
  const walk = new AttachedWalk(store, subject, { signal, concurrency: 16 });
  const below = async (of: Subject): Promise<readonly SelectedAttachment[]> => {
    const { descriptor, platform } = of;
    const attachments = await walk.below(of);
    return attachments.map((attachment) => ({
      ...attachment,
      subject: descriptor.digest,
      ...(platform === undefined ? {} : { platform }),
    }));
  };

  const platforms = await platformSubjects(store, subject, { signal });
  let subjects: readonly Subject[] = [rootSubject(subject, options.index), ...(platforms?.platforms ?? [])];
  while (subjects.length > 0) {
    // All are awaited, so that nothing goes on behind the caller's back when one fails.
    const answers = await Promise.allSettled(subjects.map(below));
    const attachments = answers.flatMap((answer) => {
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    });
    yield attachments;
    subjects = attachments.flatMap((attachment) => {
      const descriptor = walk.carrier(attachment);
      return descriptor === undefined
        ? []
        : [{ descriptor, ...(attachment.platform === undefined ? {} : { platform: attachment.platform }) }];
    });
  }
}
