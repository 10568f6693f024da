import type { Readable } from 'node:stream';
import { checkName } from '../../io/files/safe-path.js';
import { nameKey } from '../../io/files/same-name.js';
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
  /** The tar may be one of a single file of that name. */
  readonly mayBeFile?: boolean;
}

/** Names that are taken, with the directories that they stand in. Names that some file system takes for one clash. */
export class TakenNames {
  readonly #layers = new Map<string, NamedLayer>();
  readonly #parents = new Map<string, string>();

  /** The name that a file cannot stand beside: another file's, which may lie below it. */
  clash(layer: NamedLayer): string | undefined {
    const key = nameKey(layer.name);
    const other = this.#layers.get(key);
    if (other !== undefined && !isSame(layer, other)) return other.name;
    if (layer.directory === undefined && this.#parents.has(key)) return this.#parents.get(key);
    const files = parentsOf(key).map((parent) => this.#layers.get(parent));
    return files.find((file) => file !== undefined && !file.directory)?.name;
  }

  add(layer: NamedLayer): void {
    this.#layers.set(nameKey(layer.name), layer);
    for (const parent of parentsOf(nameKey(layer.name))) this.#parents.set(parent, layer.name);
  }
}

/** The same content is one file, however often its name is there; not under a name that is spelled otherwise. */
function isSame(one: NamedLayer, other: NamedLayer): boolean {
  const [{ digest, size }, { digest: otherDigest, size: otherSize }] = [one.descriptor, other.descriptor];
  const isContent = digest === otherDigest && size === otherSize;
  return isContent && one.name === other.name && Boolean(one.directory) === Boolean(other.directory);
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
