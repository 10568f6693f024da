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

/** Names that are taken, with the directories that they stand in. */
export class TakenNames {
  readonly #layers = new Map<string, NamedLayer>();
  readonly #parents = new Set<string>();

  /** The name that a file cannot have beside those that are taken: another file's, or that of another file's directory. */
  clash(layer: NamedLayer): string | undefined {
    const { name } = layer;
    const other = this.#layers.get(name);
    if (other !== undefined && !isSame(layer, other)) return name;
    if (layer.directory === undefined && this.#parents.has(name)) return name;
    return parentsOf(name).find((parent) => this.#layers.has(parent) && !this.#layers.get(parent)?.directory);
  }

  add(layer: NamedLayer): void {
    this.#layers.set(layer.name, layer);
    for (const parent of parentsOf(layer.name)) this.#parents.add(parent);
  }
}

/** The same content is one file, however often it is named. */
function isSame(one: NamedLayer, other: NamedLayer): boolean {
  const [{ digest, size }, { digest: otherDigest, size: otherSize }] = [one.descriptor, other.descriptor];
  return digest === otherDigest && size === otherSize && Boolean(one.directory) === Boolean(other.directory);
}

function parentsOf(name: string): readonly string[] {
  return [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index));
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
