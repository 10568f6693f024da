import { runAll } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { findAttached } from '../attached/find.js';
import { platformSubjects, rootSubject, type Subject } from '../attached/subject.js';
import type { TagSnapshot } from '../attached/tag-snapshot.js';
import { type Group, groupAttachments } from './result.js';

/** The subjects that one reference means, and what must not be deleted since it belongs to them. */
export interface Subjects {
  readonly subjects: readonly Subject[];
  readonly own: ReadonlySet<Digest>;
}

/**
 * A reference to an index means the index and its platforms, as for `discover`.
 *
 * @param chosenFrom the index that `subject` was chosen from, if any
 */
export async function subjectsOf(
  store: Source,
  subject: Descriptor,
  chosenFrom: Manifest | undefined,
  { signal }: CallOptions,
): Promise<Subjects> {
  const found = await platformSubjects(store, subject, { signal });
  const siblings = chosenFrom?.kind === 'index' ? chosenFrom.content.manifests.map(({ digest }) => digest) : [];
  return {
    own: new Set([subject.digest, ...(found?.children ?? siblings)]),
    subjects: [rootSubject(subject, chosenFrom), ...(found?.platforms ?? [])],
  };
}

/**
 * All that is attached to some subjects, by manifest.
 *
 * @throws RemoraError the first failure of a place that could not be asked
 */
export async function attachedGroups(
  store: Source,
  subjects: readonly Subject[],
  { signal, tags }: CallOptions & { readonly tags: TagSnapshot | undefined },
): Promise<readonly Group[]> {
  const ask = async ({ descriptor, platform, attestations }: Subject, shared: AbortSignal) => {
    const attachments = await findAttached(store, descriptor, { signal: shared, attestations, tags });
    return groupAttachments(attachments, descriptor.digest, platform);
  };
  return (await runAll(subjects, ask, { signal, concurrency: 16 })).flat();
}
