import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import type { ChangedTag, ChangeTagOptions, TagChange } from '../interfaces/abilities.js';
import type { RegistryClient } from './client/client.js';
import { getManifest } from './client/manifests.js';
import type { Capability } from './referrers/capability.js';
import { listManifests } from './referrers/enlist.js';
import { changeUntilKept, type TagLook, type TagState } from './tags/change-until-kept.js';

/**
 * Changes what a tag names, as `changeUntilKept` does. A manifest with a subject is listed with it afterwards, once: not
 * those that other writers replaced meanwhile.
 */
export async function changeTag(
  client: RegistryClient,
  tag: string,
  change: TagChange,
  capability: Capability,
  options: ChangeTagOptions = {},
): Promise<ChangedTag> {
  let before: Manifest | undefined;
  let isWritten = false;
  const work = {
    tag,
    name: `tag ${tag} of ${client.registry}/${client.repository}`,
    read: () => readTag(client, tag, options),
    change: ({ manifest }: TagState, { isAgain }: TagLook) => change(manifest, isAgain),
    written({ manifest }: TagState): void {
      before = manifest;
      isWritten = true;
    },
  };
  const { manifest: after } = await changeUntilKept(client, work, { ...options, careful: true });
  const subject = after && subjectOf(after);
  // Also where there was nothing to write: an earlier call may have ended in between.
  const listedBy = subject && after && (await listManifests(client, [after], subject.digest, capability, options));
  return { before: isWritten ? before : after, after, isWritten, ...given({ listedBy }) };
}

async function readTag(client: RegistryClient, tag: string, options: ChangeTagOptions): Promise<TagState> {
  const asked = performance.now();
  const answer = await getManifest(client, { tag }, options);
  return { ...answer, asked, arrived: performance.now() };
}
