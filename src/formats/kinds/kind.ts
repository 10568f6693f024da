/** The everyday names of artifacts. */
export const KINDS = [
  'sbom',
  'signature',
  'attestation',
  'provenance',
  'vex',
  'scan',
  'test-result',
  'helm-chart',
  'kubernetes',
  'wasm',
  'policy',
  'model',
  'license',
  'certificate',
  'lifecycle',
  'image',
] as const;
/** The everyday name of an artifact: one of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** How it is written down. A wrapper and what it wraps are two formats of one artifact. */
export const FORMATS = [
  'spdx',
  'cyclonedx',
  'syft',
  'sarif',
  'openvex',
  'csaf',
  'cosign',
  'notation',
  'sigstore-bundle',
  'in-toto',
  'dsse',
] as const;
/** How an artifact is written down: one of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** Where a fact of the table is looked for. */
export type Where = 'type' | 'predicate' | 'cosign-tag';

/** A row: a value, and the kind and formats of an artifact that has it. */
export interface KindRow {
  /**
   * `type`: media types of the artifact, its config and its layers, which share one name space; `predicate`: predicate
   * types of in-toto statements; `cosign-tag`: the end of a tag of cosign.
   */
  readonly where: Where;
  /** The whole value; one that ends in `*` stands for all that begin so. */
  readonly value: string;
  /** Undefined for wrappers, whose content decides. */
  readonly kind: Kind | undefined;
  readonly format?: Format;
}
