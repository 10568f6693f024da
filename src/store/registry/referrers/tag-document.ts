import { isRemoraError, RemoraError, type RemoraErrorCode } from '../../../errors.js';
import { indexBytes } from '../../../oci/documents/edit-index.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { MediaType } from '../../../oci/values/media-types.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { getManifest } from '../client/manifests.js';
import type { TagState } from '../tags/change-until-kept.js';

/** The list behind a referrers tag, as it was at one moment. */
export interface ReferrersList extends TagState {
  readonly entries: readonly Descriptor[];
  /** The entries that cannot be read; they stay in the document. */
  readonly unread?: readonly UnreadEntry[];
  /** The whole document; undefined when the list does not exist yet. */
  readonly manifest?: Manifest;
  /** The manifest at the tag, where it is not a list. */
  readonly foreign?: Manifest;
  /** The tag gives the subject itself. */
  readonly isSubject?: boolean;
}

/**
 * Reads the referrers tag (distribution-spec, "Referrers Tag Schema"). A manifest there lists nothing when it is not an
 * index, or is the subject itself (GitLab, `cosign copy`).
 *
 * @throws RemoraError for every failure but 404: a list that could not be read is not empty
 */
export async function readList(
  client: RegistryClient,
  subject: Digest,
  options: CallOptions = {},
): Promise<ReferrersList> {
  const asked = performance.now();
  const tag = referrersTag(subject);
  const answer = await getManifest(client, { tag }, options).catch((error: unknown) => {
    throw isRemoraError(error) && DAMAGED.includes(error.code) ? damaged(client, tag, error) : error;
  });
  const arrived = performance.now();
  if (answer === undefined) return { entries: [], asked, arrived };
  const { manifest, etag } = answer;
  if (manifest.descriptor.digest === subject) return { entries: [], isSubject: true, etag, asked, arrived };
  if (manifest.kind !== 'index' || manifest.descriptor.mediaType !== MediaType.imageIndex) {
    return { entries: [], foreign: manifest, asked, arrived };
  }
  return { entries: manifest.content.manifests, unread: manifest.unread, manifest, etag, asked, arrived };
}

/** Failures that are the document's own. */
const DAMAGED: readonly RemoraErrorCode[] = ['MALFORMED', 'DIGEST_MISMATCH', 'SIZE_MISMATCH', 'UNSUPPORTED'];

function damaged(client: RegistryClient, tag: string, cause: RemoraError): RemoraError {
  const message = `the list of referrers at ${client.registry}/${client.repository}:${tag} cannot be read: ${cause.message}`;
  const hint = cause.hint ?? `Look at it with remora manifest get, and delete the tag if it is not a list of referrers`;
  return new RemoraError(cause.code, message, {
    cause,
    hint,
    ...given({ status: cause.status, found: cause.found, expected: cause.expected }),
  });
}

/** The list with other entries; unknown fields stay as they are. */
export function withEntries(list: ReferrersList, entries: readonly Descriptor[], tag: string): Manifest {
  const bytes = indexBytes(list.manifest, entries);
  // A list that is too large already may still become shorter.
  if (bytes.byteLength > MAX_MANIFEST_BYTES && entries.length >= list.entries.length) {
    throw new RemoraError('UNSUPPORTED', `referrers tag ${tag} would list more than ${MAX_MANIFEST_BYTES} bytes`, {
      expected: MAX_MANIFEST_BYTES,
      found: bytes.byteLength,
      hint: 'Remove what is no longer needed, or use a registry with the Referrers API',
    });
  }
  return parseManifest(bytes);
}
