import { RemoraError, type RemoraErrorCode } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { type Manifest, referrerEntry, subjectOf } from '../../oci/documents/manifest.js';
import { algorithmOf, type Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, PutManifestOptions, Via } from '../interfaces/store.js';
import type { RegistryClient } from './client/client.js';
import { sendDelete } from './client/delete.js';
import { askedAhead } from './client/errors.js';
import { headManifest } from './client/manifests.js';
import { apiEntries, askApi, type Capability } from './referrers/list.js';
import { addToList, type ReferrersList, readList } from './referrers/tag-entries.js';
import { sendComplete } from './send-complete.js';

/**
 * Asks ahead, while blobs are on their way: is the manifest there, and does the repository have the Referrers API? The
 * API is asked about the manifest itself, whose list is short.
 */
export async function prepareManifest(
  client: RegistryClient,
  manifest: Manifest,
  capability: Capability,
  options: CallOptions = {},
): Promise<boolean> {
  const { digest } = manifest.descriptor;
  const probe = async () => {
    if (subjectOf(manifest) === undefined || capability.api !== undefined) return;
    await askedAhead(askApi(client, digest, capability, options));
  };
  const [existing] = await Promise.all([headManifest(client, { digest }, options), probe()]);
  return existing !== undefined;
}

/**
 * Sends a manifest by its tags, or by digest without tags. Its subject lists it afterwards (distribution-spec, "Pushing
 * Manifests with Subject").
 *
 * @returns where it is listed, undefined for a manifest without a subject
 */
export async function putManifest(
  client: RegistryClient,
  manifest: Manifest,
  capability: Capability,
  options: PutManifestOptions = {},
): Promise<Via | undefined> {
  const subject = subjectOf(manifest)?.digest;
  const prefetched =
    subject !== undefined && capability.api === false && !options.listLater
      ? askedAhead(readList(client, subject, options))
      : undefined;
  const { digest } = manifest.descriptor;
  const tags = options.tags ?? [];
  // By a tag alone a registry keeps it under its sha256.
  const references = tags.length === 0 || algorithmOf(digest) !== 'sha256' ? [digest, ...tags] : tags;
  const answers = await Promise.all(references.map((reference) => sendComplete(client, manifest, reference, options)));
  if (subject === undefined) return undefined;
  if (answers.some((answer) => answer.header('oci-subject') === subject)) {
    capability.api = true;
    return 'api';
  }
  if (options.listLater) return undefined;
  return list(client, [manifest], subject, capability, await prefetched, options);
}

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
  if (listed === undefined) return list(client, manifests, subject, capability, undefined, options);
  const missing = manifests.filter(({ descriptor }) => !listed.has(descriptor.digest));
  await Promise.all(missing.map((manifest) => sendComplete(client, manifest, manifest.descriptor.digest, options)));
  return missing.length === 0 ? 'api' : list(client, missing, subject, capability, undefined, options);
}

async function list(
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

/** The digests that the API lists as referrers of `subject`; undefined where the API is missing. */
async function apiDigests(
  client: RegistryClient,
  subject: Digest,
  capability: Capability,
  { signal }: CallOptions,
): Promise<ReadonlySet<Digest> | undefined> {
  const first = await askApi(client, subject, capability, { signal });
  if (first === undefined) return undefined;
  const digests = new Set<Digest>();
  for await (const entry of apiEntries(client, first, signal)) digests.add(entry.digest);
  return digests;
}
