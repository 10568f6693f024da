import { isRemoraError, type RemoraError } from '../../errors.js';
import { readList, readText } from '../text/lenient.js';
import type { Remarks } from '../text/remarks.js';
import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { setOwn } from '../values/given.js';
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
export function readImage(document: Members, remarks: Remarks): ImageManifest {
  const schemaVersion = readVersion(document.schemaVersion, remarks);
  const read = readCommon(document, IMAGE_MEMBERS, remarks);
  const config = isAbsent(document.config) ? undefined : readDescriptor(document.config, 'config', remarks);
  const layers = readList(document.layers, 'layers', remarks, (layer, path) => readDescriptor(layer, path, remarks));
  return config === undefined ? { schemaVersion, layers, ...read } : { schemaVersion, config, layers, ...read };
}

const IMAGE_MEMBERS: ReadonlySet<string> = new Set(['schemaVersion', 'config', 'layers']);

/**
 * Reads the members of an index leniently.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readIndex(document: Members, remarks: Remarks): ReadIndex {
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
    schemaVersion: readVersion(document.schemaVersion, remarks),
    manifests: readList(document.manifests, 'manifests', remarks, entry),
    ...readCommon(document, INDEX_MEMBERS, remarks),
  };
  return { content, unread };
}

const INDEX_MEMBERS: ReadonlySet<string> = new Set(['schemaVersion', 'manifests']);

/**
 * Reads the members of a withdrawn artifact manifest leniently.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readArtifact(document: Members, mediaType: string, remarks: Remarks): ArtifactManifest {
  return {
    ...readCommon(document, ARTIFACT_MEMBERS, remarks),
    mediaType,
    blobs: readList(document.blobs, 'blobs', remarks, (blob, path) => readDescriptor(blob, path, remarks)),
  };
}

const ARTIFACT_MEMBERS: ReadonlySet<string> = new Set(['blobs']);

/** The members that all documents share. */
interface Common {
  mediaType?: string;
  artifactType?: string;
  subject?: Descriptor;
  annotations?: Annotations;
}

const COMMON_MEMBERS: ReadonlySet<string> = new Set(['mediaType', 'artifactType', 'subject', 'annotations']);

/** The members that all documents share, and unknown ones as they are: all but `own`. It takes each up once. */
function readCommon(document: Members, own: ReadonlySet<string>, remarks: Remarks): Readonly<Common> {
  const read: Common & Record<string, unknown> = {};
  const mediaType = readText(document.mediaType, '', 'mediaType', remarks);
  if (mediaType !== undefined) read.mediaType = mediaType;
  const artifactType = readText(document.artifactType, '', 'artifactType', remarks);
  if (artifactType !== undefined) read.artifactType = artifactType;
  if (!isAbsent(document.subject)) read.subject = readDescriptor(document.subject, 'subject', remarks);
  const annotations = readAnnotations(document.annotations, 'annotations', remarks);
  if (annotations !== undefined) read.annotations = annotations;
  for (const name of Object.keys(document))
    if (!COMMON_MEMBERS.has(name) && !own.has(name)) setOwn<unknown>(read, name, document[name]);
  return read;
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
