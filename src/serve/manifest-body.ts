import { setImmediate } from 'node:timers/promises';
import { isRemoraError } from '../errors.js';
import { limiter } from '../io/async/run-all.js';
import { childBlobs, childManifests } from '../oci/documents/children.js';
import { configOf, layersOf, type Manifest, parseManifest, subjectOf } from '../oci/documents/manifest.js';
import type { Descriptor } from '../oci/values/descriptor.js';
import type { Digest } from '../oci/values/digest.js';
import { isManifestType, plainType } from '../oci/values/media-types.js';
import { Refusal } from './answer.js';
import { contentOf, tooLarge } from './body.js';
import type { Call } from './call.js';

/** Manifests that are parsed at a time: a large one becomes a hundred megabytes of objects. */
const parsing = limiter(2);

/** Parses as one of few at a time; between two of them other requests have their turn. */
export function inTurn<T>(parse: () => T | Promise<T>): Promise<T> {
  return parsing(async () => {
    await setImmediate();
    return parse();
  });
}

/** Descriptors in one manifest. Images have at most 127 layers where Docker runs them, and caches some hundreds. */
const MOST_DESCRIPTORS = 10_000;

/** Names and values of a document, room for 25 in each descriptor: parsing more of them stops all others for seconds. */
const MOST_VALUES = 25 * MOST_DESCRIPTORS;

/**
 * Reads and parses the manifest of a PUT.
 *
 * @throws Refusal 413 above the limit of bytes, 400 for everything that is not a manifest to take
 */
export async function manifestOf(call: Call, digest: Digest | undefined): Promise<Manifest> {
  const { manifestBytes } = call.limits;
  const refusal = () => tooLarge('the manifest', manifestBytes, '--max-manifest');
  const chunks: Buffer[] = [];
  for await (const chunk of contentOf(call, refusal, manifestBytes)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  requireFew('names and values', valuesIn(bytes, MOST_VALUES), MOST_VALUES);
  const manifest = await inTurn(() => parsed(bytes, digest, call.request.headers['content-type']));
  requireFew('descriptors', namedBy(manifest).length, MOST_DESCRIPTORS);
  return manifest;
}

/** Every descriptor in a manifest, but for the manifest's own. */
export function namedBy(manifest: Manifest): readonly Descriptor[] {
  return [
    ...[configOf(manifest) ?? [], subjectOf(manifest) ?? []].flat(),
    ...layersOf(manifest),
    ...childBlobs(manifest),
    ...childManifests(manifest),
  ];
}

function requireFew(what: string, count: number, most: number): void {
  if (count <= most) return;
  throw new Refusal(413, 'MANIFEST_INVALID', `the manifest has more than ${most} ${what}`, { detail: { limit: most } });
}

const [QUOTE, BACKSLASH, COMMA, COLON, BRACKET, BRACE] = [...Buffer.from('"\\,:[{')];

/** Counts what follows a comma, a colon or a bracket outside of strings, until it is more than `most`. */
function valuesIn(bytes: Buffer, most: number): number {
  let count = 0;
  let isString = false;
  for (let index = 0; index < bytes.length && count <= most; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) isString = !isString;
    else if (isString) index += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === COLON || byte === BRACKET || byte === BRACE) count++;
  }
  return count;
}

function parsed(bytes: Uint8Array, digest: Digest | undefined, contentType: string | undefined): Manifest {
  const mediaType = contentType && plainType(contentType.split(';', 1)[0]?.trim() ?? '');
  if (mediaType !== undefined && mediaType !== '' && !isManifestType(mediaType)) {
    throw new Refusal(400, 'MANIFEST_INVALID', `${mediaType.slice(0, 200)} is not the type of a manifest`);
  }
  try {
    const manifest = parseManifest(bytes, { digest, mediaType });
    if (mediaType !== undefined && manifest.descriptor.mediaType !== mediaType) {
      throw new Refusal(
        400,
        'MANIFEST_INVALID',
        `the manifest says it is ${manifest.descriptor.mediaType}, but was sent as ${mediaType}`,
      );
    }
    const [unread] = manifest.kind === 'index' ? manifest.unread : [];
    if (unread !== undefined) throw unread.error;
    return manifest;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    const digestIsWrong =
      error.code === 'DIGEST_MISMATCH' ||
      (error.code === 'UNSUPPORTED' && digest !== undefined && !/^sha(256|512):/.test(digest));
    throw new Refusal(400, digestIsWrong ? 'DIGEST_INVALID' : 'MANIFEST_INVALID', error.message);
  }
}
