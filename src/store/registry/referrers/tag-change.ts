import { RemoraError } from '../../../errors.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { type ChangeUntilKeptOptions, changeUntilKept, type TagLook } from '../tags/change-until-kept.js';
import { type ReferrersList, readList, withEntries } from './tag-document.js';

/** A tag that still gives the subject after so many writes is not lost to other writers: the registry has it so. */
const MAPPED_ROUNDS = 3;

/** Options of {@link changeList}; `prefetched` is the list as it was read before. */
export type ChangeListOptions = ChangeUntilKeptOptions<ReferrersList>;

/**
 * Changes the list of a subject, and makes the change stay, as {@link changeUntilKept} does.
 *
 * @param change gives the new entries, undefined when the list is as it shall be
 * @throws RemoraError `CHANGED` when the change does not stay, `EXISTS` when the tag holds something else
 */
export async function changeList(
  client: RegistryClient,
  subject: Digest,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
  options: ChangeListOptions = {},
): Promise<void> {
  const tag = referrersTag(subject);
  const work = {
    tag,
    name: `referrers tag ${tag}`,
    read: () => readList(client, subject, options),
    change(list: ReferrersList, { round }: TagLook): Manifest | undefined {
      const entries = change(list.entries);
      if (entries === undefined) return undefined;
      if (list.foreign !== undefined) throw occupied(client, tag, list.foreign);
      if (list.isSubject && round >= MAPPED_ROUNDS) throw mapped(client, tag);
      return withEntries(list, entries, tag);
    },
  };
  await changeUntilKept(client, work, options);
}

/**
 * Looks whether the list of a subject can be changed.
 *
 * @throws RemoraError `EXISTS` when the tag holds something else, and for every list that cannot be read
 */
export async function requireList(client: RegistryClient, subject: Digest, options: CallOptions = {}): Promise<void> {
  const { foreign } = await readList(client, subject, options);
  if (foreign !== undefined) throw occupied(client, referrersTag(subject), foreign);
}

function mapped(client: RegistryClient, tag: string): RemoraError {
  return new RemoraError(
    'UNSUPPORTED',
    `tag ${tag} of ${client.registry}/${client.repository} always gives the image itself, so that nothing can be listed there`,
    { hint: 'Use a registry with the Referrers API, or one that leaves this tag to its clients' },
  );
}

function occupied(client: RegistryClient, tag: string, foreign: Manifest): RemoraError {
  return new RemoraError(
    'EXISTS',
    `tag ${tag} of ${client.registry}/${client.repository} is not a list of referrers: it is ${foreign.descriptor.digest} (${foreign.descriptor.mediaType})`,
    {
      found: foreign.descriptor.digest,
      hint: 'Remove or rename that tag if it is not needed',
    },
  );
}
