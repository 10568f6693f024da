/**
 * Ends of file names that name one format, where the registry of extensions knows only the last part, or nothing.
 *
 * `.pem` is left out, since keys are called so too, and certificates are told by their content; so is `.sig`, which several
 * tools write in formats of their own, and `.sigstore.json`, whose type has a version that only the content tells.
 */
const SUFFIXES: readonly (readonly [string, string])[] = [
  // The suffixes that each format's own tools and examples write; CycloneDX registers its two ("Recognized file patterns").
  ['.spdx.json', 'application/spdx+json'],
  ['.spdx3.json', 'application/spdx3+json'],
  ['.spdx.yaml', 'application/spdx+yaml'],
  ['.spdx.yml', 'application/spdx+yaml'],
  ['.spdx.xml', 'application/spdx+xml'],
  ['.spdx.rdf', 'application/spdx+rdf'],
  ['.spdx.rdf.xml', 'application/spdx+rdf'],
  ['.cdx.json', 'application/vnd.cyclonedx+json'],
  ['.cdx.xml', 'application/vnd.cyclonedx+xml'],
  ['.syft.json', 'application/vnd.syft+json'],
  ['.openvex.json', 'application/vnd.openvex+json'],
  // SARIF 2.1.0, §3.2.
  ['.sarif', 'application/sarif+json'],
  ['.sarif.json', 'application/sarif+json'],
  // Attestations, one a line (in-toto attestation framework, bundle.md).
  ['.intoto.jsonl', 'application/vnd.in-toto.bundle'],
];

/** Extensions of which a registered type says more than their use does. */
const AMBIGUOUS: readonly string[] = ['.sig'];

/** The media type for the end of a name, where that names one format. */
export function typeBySuffix(name: string): string | undefined {
  const lower = name.toLowerCase();
  return SUFFIXES.find(([suffix]) => lower.endsWith(suffix))?.[1];
}

/** True where the last extension of a name is used for several formats, so that its registered type proves nothing. */
export function isAmbiguousName(name: string): boolean {
  const lower = name.toLowerCase();
  return AMBIGUOUS.some((suffix) => lower.endsWith(suffix));
}
