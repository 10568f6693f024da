import { RemoraError } from '../errors.js';
import { checkName } from '../io/safe-path.js';
import { Annotation, OrasAnnotation } from '../oci/annotations.js';
import type { Descriptor } from '../oci/descriptor.js';
import { algorithmOf, encodedOf } from '../oci/digest.js';

/** A layer and the safe name of its file or directory. */
export interface NamedLayer {
  readonly descriptor: Descriptor;
  readonly name: string;
  /** Set for a directory: the digest of its uncompressed tar, if the layer says it. */
  readonly directory: { readonly tarDigest: string | undefined } | undefined;
}

/** Extensions for layers that nobody gave a title. */
const EXTENSIONS: readonly (readonly [RegExp, string])[] = [
  [/[+/]json$/, '.json'],
  [/[+/]xml$/, '.xml'],
  [/[+/]ya?ml$/, '.yaml'],
  [/tar[+.]gzip$/, '.tar.gz'],
  [/tar[+.]zstd$/, '.tar.zst'],
  [/[./]tar$/, '.tar'],
  [/[+/]gzip$/, '.gz'],
  [/^text\/plain$/, '.txt'],
];

/**
 * Names each layer's file: its title, or its digest where it has none.
 *
 * @throws RemoraError `MALFORMED` for a title that is not safe, or two layers with one title
 */
export function nameLayers(layers: readonly Descriptor[]): readonly NamedLayer[] {
  const named = layers.map(nameLayer);
  for (const [index, { name }] of named.entries()) {
    const clash = named.findIndex(
      (other, position) =>
        position !== index &&
        (other.name === name || (other.name.startsWith(`${name}/`) && named[index]?.directory === undefined)),
    );
    if (clash < 0) continue;
    throw new RemoraError('MALFORMED', `artifact has two files for the name ${JSON.stringify(name)}`, {
      found: name,
      hint: 'Fetch its blobs by digest',
    });
  }
  return named;
}

function nameLayer(descriptor: Descriptor): NamedLayer {
  const title = descriptor.annotations?.[Annotation.title];
  if (title === undefined) return { descriptor, name: fallbackName(descriptor), directory: undefined };
  const unpack = descriptor.annotations?.[OrasAnnotation.unpack] === 'true';
  return {
    descriptor,
    name: checkName(title),
    directory: unpack ? { tarDigest: descriptor.annotations?.[OrasAnnotation.contentDigest] } : undefined,
  };
}

function fallbackName({ digest, mediaType }: Descriptor): string {
  const extension = EXTENSIONS.find(([pattern]) => pattern.test(mediaType))?.[1] ?? '';
  return `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 64)}${extension}`;
}
