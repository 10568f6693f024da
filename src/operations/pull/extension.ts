/** Ends of names by media type, as the specifications of the formats and the tools around them write them. */
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

/** For all other types: by their structured suffix. */
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

/** The end of the name of a document, which names its format: `.spdx.json`; empty where the type tells none. */
export function documentExtension(mediaType: string): string {
  const [pattern, extension] = EXTENSIONS.find(([each]) => each.test(mediaType)) ?? [];
  const match = pattern?.exec(mediaType);
  return match && extension !== undefined ? extension.replace('$1', match[1] ?? '') : plainExtension(mediaType);
}

/** The end of a name by the syntax alone: `.json`. */
export function plainExtension(mediaType: string): string {
  return BY_SUFFIX.find(([pattern]) => pattern.test(mediaType))?.[1] ?? '';
}

/** A name without the end that says that it is wrapped: `app.spdx.sigstore.json` is about `app.spdx`. */
export function withoutWrapper(name: string): string {
  const shorter = name.replace(/\.(?:intoto|sigstore|dsse|att|bundle)(?:\.jsonl?)?$|\.jsonl?$/i, '');
  return shorter === '' || shorter.endsWith('/') ? name : shorter;
}
