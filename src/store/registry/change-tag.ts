import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import type { ChangedTag, ChangeTagOptions, TagChange } from '../interfaces/abilities.js';
import type { RegistryClient } from './client/client.js';
import { getManifest } from './client/manifests.js';
import type { Capability } from './referrers/capability.js';
import { listManifests } from './referrers/enlist.js';
import { changeUntilKept, type TagState } from './tags/change-until-kept.js';

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
  let written: Manifest | undefined;
  const work = {
    tag,
    name: `tag ${tag} of ${client.registry}/${client.repository}`,
    read: () => readTag(client, tag, options),
    change({ manifest }: TagState): Manifest | undefined {
      const changed = change(manifest);
      if (changed !== undefined || written === undefined) before = manifest;
      written = changed ?? written;
      return changed;
    },
  };
  const { manifest: after } = await changeUntilKept(client, work, options);
  const subject = written && after && subjectOf(after);
  const listedBy = subject && after && (await listManifests(client, [after], subject.digest, capability, options));
  return { before, after, isWritten: written !== undefined, ...given({ listedBy }) };
}

async function readTag(client: RegistryClient, tag: string, options: ChangeTagOptions): Promise<TagState> {
  const asked = performance.now();
  const answer = await getManifest(client, { tag }, options);
  return { ...answer, asked, arrived: performance.now() };
}
