import { given } from '../../oci/values/given.js';
import type { Format, Kind } from '../kinds/kind.js';
import { kindOf } from '../kinds/kind-of.js';

/** The kind and formats of a file, told from its first bytes. */
export interface Recognised {
  /** The type for the manifest of an artifact that holds the file. */
  readonly artifactType: string;
  /** The type for the file's own descriptor. */
  readonly mediaType: string;
  readonly kind: Kind;
  /** How the file itself is written; of a wrapper, not of what it wraps. */
  readonly format?: Format;
  /** The predicate type of the in-toto statement that the file is, or wraps. */
  readonly predicateType?: string;
  /** When the document says that it was made, in RFC 3339 and UTC. */
  readonly created?: string;
  /** A noun with its article, for people: "an SPDX document (JSON)". */
  readonly what: string;
}

/** A document whose own type says what it is: artifact type and media type are the same. */
export function plainDocument(
  type: string,
  kind: Kind,
  what: string,
  more: { readonly format?: Format; readonly created?: string | undefined } = {},
): Recognised {
  const { format, created } = more;
  return {
    artifactType: type,
    mediaType: type,
    kind,
    ...given({ format, created }),
    what,
  };
}

/** The kind of a statement with this predicate type: an attestation where the type is unknown or not yet read. */
export function kindOfPredicate(predicateType: string | undefined): Kind {
  if (predicateType === undefined) return 'attestation';
  return kindOf({ predicateTypes: [predicateType] }).kind ?? 'attestation';
}

const ACRONYMS: readonly Kind[] = ['sbom', 'vex'];

/** The noun of a wrapper, with what is inside where that is known: "a Sigstore bundle (SBOM)". */
export function wrapperNoun(noun: string, kind: Kind): string {
  if (kind === 'attestation') return noun;
  return `${noun} (${ACRONYMS.includes(kind) ? kind.toUpperCase() : kind.replaceAll('-', ' ')})`;
}
