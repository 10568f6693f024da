import { isRemoraError, type RemoraErrorCode } from '../errors.js';
import { mapSome } from '../io/async/run-all.js';
import { type Manifest, subjectOf } from '../oci/documents/manifest.js';
import { neededBlobs } from '../oci/documents/needed-blobs.js';
import { isTag } from '../oci/names/reference.js';
import { given } from '../oci/values/given.js';
import type { Repository } from '../store/interfaces/hosting.js';
import type { ManifestSelector } from '../store/interfaces/store.js';
import { Refusal, send } from './answer.js';
import { type Call, digestIn, isStorable, repositoryOf, writableRepository } from './call.js';
import { manifestOf, namedBy, readInTurn } from './manifest-body.js';
import { preconditionOf } from './precondition.js';

/** A tag or a digest: what has a colon is a digest. @throws Refusal */
function selectorIn({ rest, method }: Call): ManifestSelector {
  if (rest.includes(':')) return { digest: digestIn(rest) };
  if (isTag(rest)) return { tag: rest };
  // The specification's conformance suite reads `.INVALID_MANIFEST_NAME` and wants 404: nothing can have that name.
  if (method !== 'PUT') throw unknown(rest);
  throw new Refusal(400, 'MANIFEST_INVALID', 'the reference is neither a tag nor a digest', {
    detail: { reference: rest.slice(0, 200) },
  });
}

function unknown(reference: string): Refusal {
  const shown = reference.slice(0, 200);
  return new Refusal(404, 'MANIFEST_UNKNOWN', `manifest ${shown} is not known`, { detail: { reference: shown } });
}

/** `GET` and `HEAD /v2/<name>/manifests/<reference>`. */
export async function getManifest(call: Call): Promise<void> {
  const selector = selectorIn(call);
  const repository = await repositoryOf(call);
  let manifest: Manifest;
  try {
    manifest = await readInTurn(() => repository.manifest(selector, { signal: call.signal }));
  } catch (error) {
    if (
      isRemoraError(error) &&
      (error.code === 'NOT_FOUND' || error.code === 'AMBIGUOUS' || notAManifest(error.code, selector))
    ) {
      throw unknown(call.rest);
    }
    // The request is not to blame for what became of the file.
    throw isRemoraError(error) && DAMAGE.includes(error.code) ? new Error(error.message, { cause: error }) : error;
  }
  const { digest, mediaType, size } = manifest.descriptor;
  const headers = {
    'Content-Type': mediaType,
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Content-Length': size,
  };
  send(call.response, 200, headers, call.method === 'HEAD' ? undefined : manifest.bytes);
}

const DAMAGE: readonly RemoraErrorCode[] = ['DIGEST_MISMATCH', 'SIZE_MISMATCH', 'UNSUPPORTED'];

/** A digest may be that of a blob: as a manifest it is not known. */
function notAManifest(code: string, { digest }: ManifestSelector): boolean {
  return digest !== undefined && (code === 'MALFORMED' || code === 'UNSUPPORTED');
}

/** Tags in the query of one PUT; the specification wants ten at least. */
const MOST_TAGS = 100;

/** `PUT /v2/<name>/manifests/<reference>` (distribution-spec, "Pushing Manifests"). */
export async function putManifest(call: Call): Promise<void> {
  const selector = selectorIn(call);
  const extra = [...new Set(call.query.getAll('tag'))];
  if (extra.some((tag) => !isTag(tag)))
    throw new Refusal(400, 'MANIFEST_INVALID', 'a tag in the query is not well formed');
  if (extra.length > MOST_TAGS)
    throw new Refusal(414, 'MANIFEST_INVALID', `the query has ${extra.length} tags, ${MOST_TAGS} at most`);
  const precondition = preconditionOf(call, selector);
  const manifest = await manifestOf(call, selector.digest);
  const repository = await writableRepository(call);
  await requireBlobs(repository, manifest);
  const tags = [...(selector.tag === undefined ? [] : [selector.tag]), ...extra];
  await repository
    .putManifest(manifest, { tags, signal: call.signal, precondition, complete: true })
    .catch(async (error: unknown) => {
      // Blobs that were removed meanwhile are missing now: the client sends them again.
      if (isRemoraError(error) && error.code === 'CHANGED') await requireBlobs(repository, manifest);
      throw error;
    });
  const subject = subjectOf(manifest);
  send(call.response, 201, {
    Location: `/v2/${call.name}/manifests/${call.rest}`,
    'Docker-Content-Digest': manifest.descriptor.digest,
    ...given({ 'OCI-Subject': subject?.digest, 'OCI-Tag': extra.length === 0 ? undefined : extra }),
  });
}

/** Blobs that are looked for at a time: the file system does not have many hands. */
const LOOKS = 8;

/** The content that a manifest names must be there, but for the subject, children that come later, and layers that live elsewhere. */
async function requireBlobs(repository: Repository, manifest: Manifest): Promise<void> {
  if (!namedBy(manifest).every(({ digest }) => isStorable(digest)))
    throw new Refusal(400, 'DIGEST_INVALID', 'the manifest names a digest that is too long');
  // A name that comes often is asked for once.
  const distinct = [...new Map(neededBlobs(manifest).map((blob) => [`${blob.digest} ${blob.size}`, blob])).values()];
  const present = await mapSome(distinct, LOOKS, (descriptor) => repository.keepBlob(descriptor));
  const missing = distinct.filter((_, index) => !present[index]);
  if (missing.length === 0) return;
  throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', 'the manifest names blobs that are not known', {
    detail: missing.slice(0, 10).map(({ digest, size }) => ({ digest, size })),
  });
}

/** `DELETE /v2/<name>/manifests/<reference>`: by digest the manifest with all its tags, by tag the tag alone. */
export async function deleteManifest(call: Call): Promise<void> {
  const { tag, digest } = selectorIn(call);
  const repository = await repositoryOf(call);
  const gone =
    digest !== undefined ? await repository.deleteManifest(digest, call) : await repository.deleteTag(tag ?? '', call);
  if (!gone) throw unknown(call.rest);
  send(call.response, 202);
}
