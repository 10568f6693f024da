/** A predicate type that is written, with what leads to it. */
interface PredicateRow {
  readonly predicateType: string;
  /** The names that cosign has for it (its `attest --type`). */
  readonly names: readonly string[];
  /** Media types of documents that are such predicates. */
  readonly mediaTypes: readonly string[];
}

const row = (predicateType: string, names: readonly string[], mediaTypes: readonly string[] = []): PredicateRow => ({
  predicateType,
  names,
  mediaTypes,
});

/** cosign's predicate for what has none of its own: the document is its member `Data`. */
export const CUSTOM_PREDICATE = 'https://cosign.sigstore.dev/attestation/v1';

/** The predicate types that attestations get, as cosign 3.1 and in-toto's list have them; `KIND_TABLE` reads more. */
const PREDICATE_TABLE: readonly PredicateRow[] = [
  row(
    'https://spdx.dev/Document',
    ['spdxjson', 'spdx'],
    ['application/spdx+json', 'application/spdx3+json', 'text/spdx'],
  ),
  row('https://cyclonedx.org/bom', ['cyclonedx'], ['application/vnd.cyclonedx+json']),
  row('https://syft.dev/bom', [], ['application/vnd.syft+json']),
  row('https://openvex.dev/ns', ['openvex'], ['application/vnd.openvex+json']),
  row('https://slsa.dev/provenance/v1', ['slsaprovenance1']),
  row('https://slsa.dev/provenance/v0.2', ['slsaprovenance', 'slsaprovenance02']),
  row('https://slsa.dev/verification_summary/v1', []),
  row('https://cosign.sigstore.dev/attestation/vuln/v1', ['vuln']),
  row('https://in-toto.io/Link/v1', ['link']),
  row(CUSTOM_PREDICATE, ['custom']),
];

/** cosign's names for predicate types. */
export const PREDICATE_NAMES: readonly string[] = PREDICATE_TABLE.flatMap(({ names }) => names);

/** The predicate type that one of cosign's names stands for. */
export function predicateByName(name: string): string | undefined {
  return PREDICATE_TABLE.find(({ names }) => names.includes(name))?.predicateType;
}

/** The predicate type for a document of a media type. */
export function predicateByMediaType(mediaType: string): string | undefined {
  return PREDICATE_TABLE.find(({ mediaTypes }) => mediaTypes.includes(mediaType))?.predicateType;
}
