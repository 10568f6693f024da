import { RemoraError, type RemoraErrorCode } from '../../../errors.js';
import { isInterruption } from '../../../io/async/interrupt.js';
import { type Manifest, referrerEntry } from '../../../oci/documents/manifest.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import type { CallOptions, PutManifestOptions, Via } from '../../interfaces/store.js';
import { sendComplete } from '../blobs/send-complete.js';
import type { RegistryClient } from '../client/client.js';
import { sendDelete } from '../client/delete.js';
import { apiPages, askApi } from './api.js';
import type { Capability } from './capability.js';
import { addToList, type ReferrersList, readList } from './tag-entries.js';

/** Failures after which the same command can succeed. */
const PASSING: readonly RemoraErrorCode[] = ['UNREACHABLE', 'TIMEOUT', 'BUSY', 'CHANGED', 'UNAUTHORIZED', 'FORBIDDEN'];

/**
 * Lists manifests that were sent, where no proof came with the answer: the API decides, and only without it the tag is
 * written. With the API, a manifest that it does not list is sent again.
 */
export async function listManifests(
  client: RegistryClient,
  manifests: readonly Manifest[],
  subject: Digest,
  capability: Capability,
  options: PutManifestOptions = {},
): Promise<Via> {
  const listed = await apiDigests(client, subject, capability, options);
  if (listed === undefined) return enlist(client, manifests, subject, capability, undefined, options);
  const missing = manifests.filter(({ descriptor }) => !listed.has(descriptor.digest));
  await Promise.all(missing.map((manifest) => sendComplete(client, manifest, manifest.descriptor.digest, options)));
  return missing.length === 0 ? 'api' : enlist(client, missing, subject, capability, undefined, options);
}

/**
 * Lists manifests that were sent: the API is asked, and where it does not list them the tag is written.
 *
 * @param prefetched the referrers tag's list, where it was read before
 * @throws RemoraError with the code of the failure, and what was sent without being listed
 */
export async function enlist(
  client: RegistryClient,
  manifests: readonly Manifest[],
  subject: Digest,
  capability: Capability,
  prefetched: ReferrersList | undefined,
  options: PutManifestOptions,
): Promise<Via> {
  const entries = manifests.map(referrerEntry);
  try {
    const listed = await apiDigests(client, subject, capability, options);
    if (listed !== undefined && entries.every(({ digest }) => listed.has(digest))) return 'api';
    if (capability.only === 'api') throw unlisted(client, subject);
    const replaced = new Set<Digest>();
    await addToList(client, subject, entries, {
      prefetched,
      signal: options.signal,
      settle: options.settle,
      onReplaced: (list) => replaced.add(list),
    });
    if (options.clean && replaced.size > 0) await clean(client, subject, replaced, options);
    return 'tag';
  } catch (error) {
    if (!(error instanceof RemoraError) || error.code === 'INTERRUPTED') throw error;
    const hint = PASSING.includes(error.code) ? 'Run the command again: it goes on from there' : error.hint;
    const names = entries.map(({ digest }) => digest).join(', ');
    throw new RemoraError(error.code, `${names} was sent, but is not listed with its subject yet: ${error.message}`, {
      cause: error,
      ...given({ hint, found: error.found, status: error.status }),
    });
  }
}

function unlisted({ registry, repository }: RegistryClient, subject: Digest): RemoraError {
  return new RemoraError('REJECTED', `the Referrers API of ${registry}/${repository} does not list it for ${subject}`, {
    hint: 'Leave out --referrers api: then the referrers tag is written',
  });
}

/**
 * Deletes lists that were replaced. Deleting by digest takes all tags along. So the present list, and the subject
 * itself (GitLab maps the tag to it), are never deleted. Registries that delete nothing, or not what an older list
 * names (ECR), lose nothing by that.
 */
async function clean(
  client: RegistryClient,
  subject: Digest,
  replaced: ReadonlySet<Digest>,
  { signal, onUncleaned }: PutManifestOptions,
): Promise<void> {
  const current = await readList(client, subject, { signal });
  for (const list of replaced) {
    if (list === subject || list === current.manifest?.descriptor.digest) continue;
    try {
      await sendDelete(client, `list ${list}`, `manifests/${list}`, 'manifests', { signal });
      client.manifests.forget(list);
    } catch (error) {
      if (isInterruption(error)) throw error;
      onUncleaned?.(list, error);
    }
  }
}

/** The manifests that a subject's list names. */
export interface Listed {
  readonly via: Via;
  readonly digests: ReadonlySet<Digest>;
}

/** Asks what is listed with a subject, in the place where {@link listManifests} would list it. */
export async function askListed(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  options: CallOptions = {},
): Promise<Listed> {
  const digests = await apiDigests(client, subject, capability, options);
  if (digests !== undefined) return { via: 'api', digests };
  const { entries } = await readList(client, subject, options);
  return { via: 'tag', digests: new Set(entries.map(({ digest }) => digest)) };
}

/**
 * The digests that the API lists as referrers of `subject`; undefined where it is missing, or answers with something else
 * than a list: readers look at the referrers tag then.
 */
async function apiDigests(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  { signal }: CallOptions,
): Promise<ReadonlySet<Digest> | undefined> {
  const answer = await askApi(client, subject, capability, { signal });
  if (answer.kind !== 'list') return undefined;
  const digests = new Set<Digest>();
  for await (const { manifests } of apiPages(client, answer, signal))
    for (const { digest } of manifests) digests.add(digest);
  return digests;
}
