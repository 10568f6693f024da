import { facts, type Reader } from '../model/reader.js';
import { UNVERIFIED } from '../model/unverified.js';
import { entriesAt, textAt } from '../model/values.js';

/** The payload that cosign signs (its SIGNATURE_SPEC.md, "Payload"). */
export const cosignPayload: Reader = (document) => {
  const { critical } = document;
  if (textAt(critical, 'type') !== 'cosign container image signature') return undefined;
  return {
    what: "cosign's signed payload",
    notes: [UNVERIFIED],
    parts: facts('Claims', [
      ['Image', textAt(critical, 'image', 'docker-manifest-digest')],
      ['Signed as', textAt(critical, 'identity', 'docker-reference')],
      ['Type', textAt(critical, 'type')],
      ['Creator', textAt(document, 'optional', 'creator')],
    ]),
  };
};

/** The payload that notation signs (signature-specification.md, "Payload"). */
export const notationPayload: Reader = (document) => {
  const target = document.targetArtifact;
  if (textAt(target, 'digest') === '' || textAt(target, 'mediaType') === '') return undefined;
  return {
    what: "notation's signed payload",
    parts: facts('Claims', [
      ['Artifact', textAt(target, 'digest')],
      ['Media type', textAt(target, 'mediaType')],
      ['Size', textAt(target, 'size')],
      ...annotationsOf(target),
    ]),
  };
};

function annotationsOf(target: unknown): readonly (readonly [string, string])[] {
  return entriesAt(target, 'annotations')
    .slice(0, 50)
    .map(([name, value]) => [name, textAt(value)]);
}
