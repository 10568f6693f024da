import type { Readable } from 'node:stream';
import { checkName } from '../../io/files/safe-path.js';
import { Annotation, OrasAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, encodedOf } from '../../oci/values/digest.js';
import { plainExtension } from './extension.js';

/** A layer and the safe name of its file or directory. */
export interface NamedLayer {
  /** The content that is written. */
  readonly descriptor: Descriptor;
  readonly name: string;
  /** Set for a directory. */
  readonly directory: LayerDirectory | undefined;
  /** Opens the content when it is not the store's blob. */
  readonly open?: (() => Readable) | undefined;
}

/** A layer that is a tar of a directory. */
export interface LayerDirectory {
  /** The name that its entries begin with. */
  readonly prefix: string;
  /** The digest of the uncompressed tar, if the layer's annotations have it. */
  readonly tarDigest: string | undefined;
}

/** The first name that two files share, or a file and the directory of another file. */
export function findClash(named: readonly NamedLayer[]): string | undefined {
  const names = new Map<string, NamedLayer>();
  for (const layer of named) {
    if (names.has(layer.name)) return layer.name;
    names.set(layer.name, layer);
  }
  const isFile = (path: string) => names.has(path) && names.get(path)?.directory === undefined;
  for (const { name } of named) {
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1))
      if (isFile(name.slice(0, slash))) return name.slice(0, slash);
  }
  return undefined;
}

/** @throws RemoraError `MALFORMED` for a title that is not safe */
export function titleOf({ annotations }: Descriptor): string | undefined {
  const title = annotations?.[Annotation.title];
  return title === undefined ? undefined : checkName(title);
}

/** The directory that a layer unpacks to; undefined for a layer that is a file. */
export function directoryOf(descriptor: Descriptor): LayerDirectory | undefined {
  const { annotations } = descriptor;
  const prefix = annotations?.[OrasAnnotation.unpack] === 'true' ? titleOf(descriptor) : undefined;
  return prefix === undefined ? undefined : { prefix, tarDigest: annotations?.[OrasAnnotation.contentDigest] };
}

/** A name that no other content has. */
export function digestName({ digest, mediaType }: Descriptor): string {
  return `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 64)}${plainExtension(mediaType)}`;
}
