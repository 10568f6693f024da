import type { Annotations } from '../../oci/values/annotations.js';

/** The formats that are packed as their own tool packs them; every other file is packed as `generic`. */
export const PACKING_NAMES = ['helm'] as const;
/** A format that is packed as its own tool wants it: one of {@link PACKING_NAMES}. */
export type PackingName = (typeof PACKING_NAMES)[number];

/** The artifact that a format's own tool makes of a file. */
export interface Packed {
  /** The name that the tool looks for: the last part of the repository. */
  readonly name: string;
  /** The version that the tool looks for. */
  readonly version: string;
  readonly config: { readonly mediaType: string; readonly bytes: Uint8Array };
  readonly annotations: Annotations;
}

/** How files of one format are packed. Each has a file of its own, and stands in the list of `packings.ts`. */
export interface Packing {
  readonly name: PackingName;
  /** A noun with its article, for messages. */
  readonly what: string;
  /** The artifact type that recognition gives to a file of this format. */
  readonly recognisedAs: string;
  /** The media type of the file's layer. */
  readonly mediaType: string;
  /** A file beside it that goes along in a layer of its own: its name is that of the file with this end. */
  readonly companion: { readonly suffix: string; readonly mediaType: string };
  /** A next step for a file that the tool could not read. */
  readonly hint: string;
  /** The archive's members that tell of the artifact; others are not kept. */
  readonly members: readonly string[];
  /** The limits of the format's tool, in bytes. */
  readonly limits: { readonly unpacked: number; readonly member: number };
  /**
   * The name of a member below the archive's directory, as the tool reads it.
   *
   * @throws RemoraError `MALFORMED` for a name that the tool refuses
   */
  memberName(name: string): string;
  /** @throws RemoraError `MALFORMED` for members that the tool refuses */
  pack(members: ReadonlyMap<string, Uint8Array>): Promise<Packed>;
  /** The tag of a version: a version may have characters that a tag cannot have. */
  tagOf(version: string): string;
}
