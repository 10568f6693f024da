import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import { algorithmOf } from '../../oci/values/digest.js';
import type { CallOptions, PutManifestOptions, Via } from '../interfaces/store.js';
import type { RegistryClient } from './client/client.js';
import { askedAhead, ifAnswered } from './client/errors.js';
import { headManifest } from './client/manifests.js';
import { askApi, missingApi } from './referrers/api.js';
import { type Capability, provesListing } from './referrers/capability.js';
import { enlist } from './referrers/enlist.js';
import { requireList } from './referrers/tag-change.js';
import { readList } from './referrers/tag-entries.js';
import { sendReferences } from './send-references.js';

/**
 * Asks ahead, while blobs are on their way: is the manifest there, does the repository have the Referrers API, and if not,
 * can the list of its subject be written? The API is asked about the manifest itself, whose list is short.
 *
 * @param probed the answer of the API to an earlier question
 * @throws RemoraError where only the API counts, and is missing; `EXISTS` where the referrers tag holds something else,
 *   and for a list that cannot be read
 */
export async function prepareManifest(
  client: RegistryClient,
  manifest: Manifest,
  capability: Capability,
  probed: Promise<unknown> | undefined,
  options: CallOptions = {},
): Promise<boolean> {
  const { digest } = manifest.descriptor;
  const subject = subjectOf(manifest)?.digest;
  const probe = async () => {
    if (subject === undefined) return;
    // A question that failed is asked again when the manifest is listed, and not before.
    if (capability.api === undefined) await (probed ?? askedAhead(askApi(client, digest, capability, options)));
    if (capability.api !== false) return;
    if (capability.only === 'api') throw missingApi(client);
    await requireList(client, subject, options);
  };
  const [existing] = await Promise.all([ifAnswered(headManifest(client, { digest }, options)), probe()]);
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
  const answers = await sendReferences(client, manifest, references, options);
  if (subject === undefined) return undefined;
  const isAnnounced = answers.some((answer) => answer.header('oci-subject') === subject);
  const isUnknown = capability.api === undefined && capability.isDoubted === undefined;
  // Where the API was not asked ahead, or did not answer, it can still contradict.
  if (isAnnounced && isUnknown && !options.listLater) await askedAhead(askApi(client, subject, capability, options));
  if (isAnnounced && provesListing(capability)) return 'api';
  if (options.listLater) return undefined;
  return enlist(client, [manifest], subject, capability, await prefetched, options);
}
