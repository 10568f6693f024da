/** Extensions by media type, as the specifications and tools of the formats write them. */
const EXTENSIONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:application|text)\/spdx\+(json|xml|yaml|rdf)$/, '.spdx.$1'],
  [/^application\/spdx3\+json$/, '.spdx3.json'],
  [/^text\/spdx$/, '.spdx'],
  [/^application\/vnd\.cyclonedx\+(json|xml)$/, '.cdx.$1'],
  [/^application\/vnd\.syft\+json$/, '.syft.json'],
  [/^application\/sarif\+json$/, '.sarif.json'],
  [/^application\/(?:vnd\.)?openvex\+json$/, '.openvex.json'],
  [/^application\/csaf\+json$/, '.csaf.json'],
  [/^application\/vnd\.dev\.sigstore\.bundle/, '.sigstore.json'],
  [/^application\/vnd\.dsse\.envelope\.v1\+json$/, '.dsse.json'],
  [/^application\/vnd\.in-toto.*\+json$/, '.intoto.json'],
  [/^application\/vnd\.in-toto.*\+dsse$/, '.dsse.json'],
  [/^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/, '.cosign.json'],
  [/^application\/jose\+json$/, '.jws.json'],
  [/^application\/cose$/, '.cose'],
];

/** Extensions of all other types, by their structured suffix. */
const BY_SUFFIX: readonly (readonly [RegExp, string])[] = [
  [/[+/]json$/, '.json'],
  [/[+/]xml$/, '.xml'],
  [/[+/]ya?ml$/, '.yaml'],
  [/tar[+.]gzip$/, '.tar.gz'],
  [/tar[+.]zstd$/, '.tar.zst'],
  [/[./]tar$/, '.tar'],
  [/[+/]gzip$/, '.gz'],
  [/^text\/plain$/, '.txt'],
];

/** The extension that tells a document's format: `.spdx.json`; empty for an unknown type. */
export function documentExtension(mediaType: string): string {
  const [pattern, extension] = EXTENSIONS.find(([each]) => each.test(mediaType)) ?? [];
  const match = pattern?.exec(mediaType);
  return match && extension !== undefined ? extension.replace('$1', match[1] ?? '') : plainExtension(mediaType);
}

/** The extension that tells the syntax alone: `.json`; empty for an unknown type. */
export function plainExtension(mediaType: string): string {
  return BY_SUFFIX.find(([pattern]) => pattern.test(mediaType))?.[1] ?? '';
}

/** A name without the extension of its wrapper: `app.spdx` for `app.spdx.sigstore.json`. */
export function withoutWrapper(name: string): string {
  const shorter = name.replace(/\.(?:intoto|sigstore|dsse|att|bundle)(?:\.jsonl?)?$|\.jsonl?$/i, '');
  return shorter === '' || shorter.endsWith('/') ? name : shorter;
}
