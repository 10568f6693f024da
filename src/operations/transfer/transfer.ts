import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';

/** The progress of a blob. */
export interface Transfer {
  /** The title of the file, or the digest. */
  readonly name: string;
  /** The title of the file, where `name` is the digest and a title is known. */
  readonly title?: string | undefined;
  /** Bytes so far; the number drops when a transfer is started again. */
  readonly bytes: number;
  /** Bytes of the whole blob; undefined where they are not known. */
  readonly total?: number | undefined;
  /** `read`: the content is read to compute its digest; `move`: it is transferred. */
  readonly phase: 'read' | 'move';
  /** The way of content that moves: to a registry, from a registry, or between two places of the same kind. */
  readonly direction?: Direction | undefined;
  /** The whole content is at its destination; in the last call for a blob that is written. */
  readonly isDone?: true | undefined;
}

/** The progress of a blob whose descriptor is known. */
export type BlobTransfer = Transfer & { readonly total: number };

export type Direction = 'upload' | 'download' | 'copy';

/** A side of a transfer, by its kind; files beside remora's places are not registries. */
interface Side {
  readonly kind: string;
}

/** The way of content between two places. @default files of this machine */
export function directionOf({ from, to }: { readonly from?: Side; readonly to?: Side }): Direction {
  const isFar = (side: Side | undefined) => side?.kind === 'registry';
  if (isFar(from) === isFar(to)) return 'copy';
  return isFar(to) ? 'upload' : 'download';
}

/** The progress of a blob that moves, with the title that its manifest gives it. */
export function blobTransfer({ digest, size, annotations }: Descriptor, bytes: number) {
  return { name: digest, title: annotations?.[Annotation.title], bytes, total: size, phase: 'move' } as const;
}
