import type { Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';

/** The name that the tool of a format gives the file of a layer. */
export interface LayerName {
  /** Relative, with `/`; `.` is the directory of all files. The maker of the artifact wrote it, and it is not checked. */
  readonly name: string;
  /** For a tar archive of that file or directory. */
  readonly packed?: PackedName | undefined;
}

/** How an archive holds the file or directory that it is named for. */
export interface PackedName {
  /** The path of that file or directory inside the archive; `.` where the archive begins with its content. */
  readonly prefix: string;
  /** The digest of the uncompressed archive. */
  readonly tarDigest?: string | undefined;
}

/** The parts of a manifest that tell names. */
export interface NamingFacts {
  readonly configType: string | undefined;
  /** Of the manifest. */
  readonly annotations: Annotations;
  readonly layers: readonly Descriptor[];
}

/** How the tool of one format names files: pure functions of the manifest and of its config. */
export interface Naming {
  /** True for an artifact of this format. */
  fits(facts: NamingFacts): boolean;
  /** True where the names stand in the config, and nothing in the manifest tells them. */
  needsConfig(facts: NamingFacts): boolean;
  /**
   * The name of each layer, in their order; undefined for one that has none.
   *
   * @param config the parsed config; undefined where it was not read, or is not JSON
   */
  names(facts: NamingFacts, config: unknown): readonly (LayerName | undefined)[];
}

const PACKED = /[.+/]tar(?:\+(?:gzip|zstd))?$/;

/** The name of a layer whose media type tells whether it is the file itself or a tar archive of it. */
export function namedByType(
  { mediaType }: Descriptor,
  name: string | undefined,
  packed: Partial<PackedName> = {},
): LayerName | undefined {
  const clean = name === undefined ? undefined : withoutDots(name);
  if (clean === undefined || clean === '') return undefined;
  return PACKED.test(mediaType) ? { name: clean, packed: { prefix: clean, ...packed } } : { name: clean };
}

/** Without `./` and doubled slashes; `..` stays, and is refused where the file is written. */
export function withoutDots(name: string): string {
  if (name === '' || name.startsWith('/')) return name;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? '.' : parts.join('/');
}
