import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { RegistryClient } from '../client/client.js';
import { type ChangeListOptions, changeList } from './tag-change.js';

export { type ReferrersList, readList } from './tag-document.js';

/**
 * Adds entries to the list of a subject, unless they are there (distribution-spec, "Pushing Manifests with Subject").
 *
 * @throws RemoraError `CHANGED` when an entry does not stay, `EXISTS` when the tag holds something else
 */
export async function addToList(
  client: RegistryClient,
  subject: Digest,
  added: readonly Descriptor[],
  options: ChangeListOptions = {},
): Promise<void> {
  const change = (entries: readonly Descriptor[]) => {
    const there = new Set(entries.map(({ digest }) => digest));
    const missing = added.filter(({ digest }) => !there.has(digest));
    return missing.length === 0 ? undefined : [...entries, ...missing];
  };
  await changeList(client, subject, change, options);
}

/**
 * Takes every entry of a digest out of the list of a subject (distribution-spec, "Deleting Manifests"). An emptied list
 * stays: its tag belongs to the subject, which is still there. A manifest at the tag that is not a list is left alone.
 *
 * @returns the entry as the list had it; undefined when it had none
 * @throws RemoraError `CHANGED` when others write it back without end, and for a list that could not be read
 */
export async function removeFromList(
  client: RegistryClient,
  subject: Digest,
  digest: Digest,
  options: ChangeListOptions = {},
): Promise<Descriptor | undefined> {
  let removed: Descriptor | undefined;
  const change = (entries: readonly Descriptor[]) => {
    const entry = entries.find((candidate) => candidate.digest === digest);
    removed ??= entry;
    return entry === undefined ? undefined : entries.filter((candidate) => candidate.digest !== digest);
  };
  await changeList(client, subject, change, options);
  return removed;
}
