import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';

/** Keys and values are strings; a value may be empty (image-spec annotations.md, "Rules"). */
export type Annotations = Readonly<Record<string, string>>;

/** The pre-defined keys of the image specification (annotations.md). */
export const Annotation = {
  created: 'org.opencontainers.image.created',
  authors: 'org.opencontainers.image.authors',
  url: 'org.opencontainers.image.url',
  documentation: 'org.opencontainers.image.documentation',
  source: 'org.opencontainers.image.source',
  version: 'org.opencontainers.image.version',
  revision: 'org.opencontainers.image.revision',
  vendor: 'org.opencontainers.image.vendor',
  licenses: 'org.opencontainers.image.licenses',
  refName: 'org.opencontainers.image.ref.name',
  title: 'org.opencontainers.image.title',
  description: 'org.opencontainers.image.description',
  baseDigest: 'org.opencontainers.image.base.digest',
  baseName: 'org.opencontainers.image.base.name',
} as const;

/** ORAS's convention for a directory that became one layer. */
export const OrasAnnotation = {
  /** Digest of the uncompressed tar. */
  contentDigest: 'io.deis.oras.content.digest',
  /** `true`: the layer is a directory. */
  unpack: 'io.deis.oras.content.unpack',
} as const;

/** Keys that cosign 3 writes beside a Sigstore bundle (its BUNDLE_SPEC.md). */
export const SigstoreAnnotation = {
  /** `dsse-envelope` or `message-signature`. */
  bundleContent: 'dev.sigstore.bundle.content',
  bundlePredicateType: 'dev.sigstore.bundle.predicateType',
} as const;

/** Keys that BuildKit writes beside a layer with an in-toto statement (its attestation-storage.md). */
export const InTotoAnnotation = {
  predicateType: 'in-toto.io/predicate-type',
} as const;

/**
 * Keys that mark an entry of a layout's index.json as a list of referrers; the value is the digest of their subject.
 * The first is olareg's own, the second is proposed by image-spec's pull request 1171.
 */
export const LIST_KEYS = ['org.olareg.referrer.subject', 'org.opencontainers.image.referrer.subject'] as const;

const DATE_TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** True for a date-time of RFC 3339 §5.6, as `org.opencontainers.image.created` needs it. */
export function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (match === null) return false;
  // Date.UTC takes years below 100 for 1900 to 1999. Leap years repeat every 400 years.
  const year = 2000 + (Number(match[1]) % 400);
  const daysInMonth = new Date(Date.UTC(year, Number(match[2]), 0)).getUTCDate();
  return Number(match[3]) <= daysInMonth;
}

const REF_NAME = /^[A-Za-z0-9]+(?:(?:--|[-._:@+])[A-Za-z0-9]+)*(?:\/[A-Za-z0-9]+(?:(?:--|[-._:@+])[A-Za-z0-9]+)*)*$/;

/** True for a value of `org.opencontainers.image.ref.name` (annotations.md). */
export function isRefName(text: string): boolean {
  return REF_NAME.test(text);
}

/** True for a key below `org.opencontainers` that no specification defines: remora reads it and never writes it. */
export function isReservedUnknown(key: string): boolean {
  const known: readonly string[] = Object.values(Annotation);
  return /^org\.opencontainers(\.|$)/.test(key) && !known.includes(key);
}

/**
 * Checks new annotations.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for an empty key or a `created` that is not RFC 3339
 */
export function checkAnnotations(annotations: Annotations): void {
  for (const [key, value] of Object.entries(annotations)) {
    if (key === '')
      throw new RemoraError('INVALID_ARGUMENT', 'annotation has an empty key', { hint: 'Write it as key=value' });
    if (key === Annotation.created && !isDateTime(value)) {
      throw new RemoraError('INVALID_ARGUMENT', `annotation ${key} is ${quote(value)}, wanted an RFC 3339 date-time`, {
        found: value,
        hint: 'Write it like 2026-01-31T12:00:00Z',
      });
    }
  }
}

/** The same annotations with sorted keys, so that equal maps give equal bytes. */
export function sortAnnotations(annotations: Annotations): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
