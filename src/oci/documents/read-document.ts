import { isRemoraError, type RemoraError } from '../../errors.js';
import { readList, readText } from '../text/lenient.js';
import type { Remarks } from '../text/remarks.js';
import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { given } from '../values/given.js';
import { readAnnotations, readDescriptor } from '../values/read-descriptor.js';
import type { ImageIndex } from './image-index.js';
import type { ArtifactManifest, ImageManifest } from './image-manifest.js';

/** The members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** An entry of an index that cannot be read, as it stands in the document. */
export interface UnreadEntry {
  /** Its place: `manifests[4]`. */
  readonly path: string;
  readonly form: unknown;
  readonly error: RemoraError;
}

/** An index with the entries that can be read, and the others. */
export interface ReadIndex {
  readonly content: ImageIndex;
  readonly unread: readonly UnreadEntry[];
}

/** Errors for millions of entries would fill the memory: a list with more is not read. */
const MAX_UNREAD = 100;

/**
 * Reads the members of an image manifest leniently.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readImage({ schemaVersion, config, layers, ...rest }: Members, remarks: Remarks): ImageManifest {
  const version = readVersion(schemaVersion, remarks);
  const read = readCommon(rest, remarks);
  return {
    schemaVersion: version,
    ...given({ config: isAbsent(config) ? undefined : readDescriptor(config, 'config', remarks) }),
    layers: readList(layers, 'layers', remarks, (layer, path) => readDescriptor(layer, path, remarks)),
    ...read,
  };
}

/**
 * Reads the members of an index leniently.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readIndex({ schemaVersion, manifests, ...rest }: Members, remarks: Remarks): ReadIndex {
  const unread: UnreadEntry[] = [];
  const entry = (value: unknown, path: string) => {
    try {
      return readDescriptor(value, path, remarks);
    } catch (error) {
      if (!isRemoraError(error) || unread.length === MAX_UNREAD) throw error;
      unread.push({ path, form: value, error });
      return undefined;
    }
  };
  const content = {
    schemaVersion: readVersion(schemaVersion, remarks),
    manifests: readList(manifests, 'manifests', remarks, entry),
    ...readCommon(rest, remarks),
  };
  return { content, unread };
}

/**
 * Reads the members of a withdrawn artifact manifest leniently.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readArtifact({ blobs, ...rest }: Members, mediaType: string, remarks: Remarks): ArtifactManifest {
  return {
    ...readCommon(rest, remarks),
    mediaType,
    blobs: readList(blobs, 'blobs', remarks, (blob, path) => readDescriptor(blob, path, remarks)),
  };
}

/** The members that all documents share; unknown ones stay. */
function readCommon(
  { mediaType, artifactType, subject, annotations, ...others }: Members,
  remarks: Remarks,
): {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
} {
  return given({
    mediaType: readText(mediaType, '', 'mediaType', remarks),
    artifactType: readText(artifactType, '', 'artifactType', remarks),
    subject: isAbsent(subject) ? undefined : readDescriptor(subject, 'subject', remarks),
    annotations: readAnnotations(annotations, 'annotations', remarks),
    ...others,
  });
}

function readVersion(value: unknown, remarks: Remarks): 2 {
  if (!isAbsent(value) && !isVersion2(value)) throw remarks.refusal('schemaVersion', '2', value);
  return 2;
}

/** Whether a `schemaVersion` is 2, as a number or as text. */
export function isVersion2(value: unknown): boolean {
  return value === 2 || value === '2';
}

/** Whether a member is not there: null counts as absent. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
