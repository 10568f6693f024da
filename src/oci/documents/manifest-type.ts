import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { isIndexType, isManifestType, MediaType, plainType } from '../values/media-types.js';
import { isAbsent, isVersion2, type Members } from './read-document.js';

/** The fields that a document may have, where it has those of a manifest and of an index. */
export const EITHER_SHAPE = 'either "manifests" or "config" and "layers"';

/** The error for a manifest of Docker's schema 1. */
export function schema1(what: string): RemoraError {
  return new RemoraError('UNSUPPORTED', `${what} is a Docker schema 1 manifest, wanted schema 2`, {
    expected: 2,
    found: 1,
    hint: 'Push the image again with a current tool',
  });
}

/** Whether an error is that for a manifest of Docker's schema 1. */
export function isSchema1({ code, expected, found }: RemoraError): boolean {
  return code === 'UNSUPPORTED' && expected === 2 && found === 1;
}

/**
 * The media type of a document: its own, else that it was sent with, else that of its members.
 *
 * @param sent media type from a descriptor or a `Content-Type`
 * @param pin where the digest of the document is known from: its reader, for whom another type than `sent` does not
 *   matter, or its sender, where only another shape does
 * @throws RemoraError `MALFORMED`, `UNSUPPORTED` (Docker schema 1)
 */
export function typeOf(
  document: Members,
  sent: string | undefined,
  pin: 'named' | 'announced' | undefined,
  what: string,
): string {
  // Its documents have no media type.
  if ('fsLayers' in document && document.schemaVersion === 1) throw schema1(what);
  const isIndex = 'manifests' in document;
  const isManifest = ['config', 'layers', 'blobs'].some((member) => member in document);
  // CVE-2021-41190: different tools read a document that is both in different ways, also where a member is null.
  if (isIndex && isManifest)
    throw new RemoraError('MALFORMED', `${what} is a manifest and an index at once`, { expected: EITHER_SHAPE });
  const own = ownType(document, isIndex || isManifest, what);
  const told = sent !== undefined && isManifestType(sent) ? plainType(sent) : undefined;
  if (own !== undefined && told !== undefined && isDenied(own, told, pin)) {
    throw new RemoraError('MALFORMED', `${what} says it is ${quote(own)}, but was sent as ${told}`, {
      expected: told,
      found: own,
    });
  }
  const mediaType = own ?? told ?? (isIndex ? MediaType.imageIndex : MediaType.imageManifest);
  if (isIndexType(mediaType) ? isManifest : isIndex) {
    const fields = isIndex ? 'an index' : 'a manifest';
    throw new RemoraError('MALFORMED', `${what} is called ${mediaType}, but has the fields of ${fields}`);
  }
  return mediaType;
}

function isDenied(own: string, told: string, pin: 'named' | 'announced' | undefined): boolean {
  if (pin === undefined) return own !== told;
  return pin === 'announced' && shapeOf(own) !== shapeOf(told);
}

function shapeOf(mediaType: string): 'index' | 'image' | 'artifact' {
  if (isIndexType(mediaType)) return 'index';
  return mediaType === MediaType.imageManifest || mediaType === MediaType.dockerManifest ? 'image' : 'artifact';
}

function ownType(document: Members, hasShape: boolean, what: string): string | undefined {
  const { mediaType } = document;
  if (!isAbsent(mediaType) && typeof mediaType !== 'string')
    throw new RemoraError('MALFORMED', `${what}: mediaType is not a string`);
  if (mediaType) {
    if (isManifestType(mediaType)) return plainType(mediaType);
    throw new RemoraError('MALFORMED', `${what} has the type ${quote(mediaType)}, wanted a manifest or index`, {
      found: mediaType,
    });
  }
  // Any JSON could be a manifest without members, so that one without a type must look like one.
  if (hasShape && isVersion2(document.schemaVersion)) return undefined;
  throw new RemoraError('MALFORMED', `${what} is neither a manifest nor an index`, {
    expected: `schemaVersion 2, and ${EITHER_SHAPE}`,
  });
}
