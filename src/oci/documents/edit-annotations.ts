import { RemoraError } from '../../errors.js';
import { objectMembers, removeMember, setMember } from '../text/json-edit.js';
import { type Annotations, checkAnnotations } from '../values/annotations.js';
import { MediaType, plainType } from '../values/media-types.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from './manifest.js';

/** Annotations by their key: a text is set, `null` takes the annotation away. */
export type AnnotationChanges = Readonly<Record<string, string | null>>;

/** Checks changes before anything is read. @throws RemoraError `INVALID_ARGUMENT` for none, and as `checkAnnotations` */
export function checkChanges(changes: AnnotationChanges): void {
  const set = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null);
  checkAnnotations(Object.fromEntries(set));
  if (Object.keys(changes).length > 0) return;
  throw new RemoraError('INVALID_ARGUMENT', 'no annotation is given to set or to remove', {
    hint: 'Write KEY=VALUE to set one, and KEY- to remove one',
  });
}

/**
 * A manifest or index with annotations set and removed. All other bytes are those of the given one; keys in order stay in
 * order.
 *
 * @returns undefined where the annotations are like that already
 * @throws RemoraError `INVALID_ARGUMENT` for a format without annotations, and for a manifest that would be larger than 4 MiB;
 *   `MALFORMED` for annotations that are not an object
 */
export function editAnnotations(manifest: Manifest, changes: AnnotationChanges): Manifest | undefined {
  const { mediaType, digest } = manifest.descriptor;
  const plain = plainType(mediaType);
  if (plain !== MediaType.imageManifest && plain !== MediaType.imageIndex)
    throw new RemoraError('INVALID_ARGUMENT', `${digest} is of type ${mediaType}, which has no annotations`, {
      found: mediaType,
      hint: 'Annotations are part of the OCI formats: build or convert the image as an OCI image',
    });
  const text = Buffer.from(manifest.bytes).toString();
  const edited = Buffer.from(editText(text, manifest.content.annotations ?? {}, changes));
  if (edited.equals(manifest.bytes)) return undefined;
  if (edited.length <= MAX_MANIFEST_BYTES) return parseManifest(edited, { mediaType });
  throw new RemoraError(
    'INVALID_ARGUMENT',
    `manifest would have ${edited.length} bytes, registries take ${MAX_MANIFEST_BYTES}`,
    { expected: MAX_MANIFEST_BYTES, found: edited.length, hint: 'Use shorter annotations, or attach a file' },
  );
}

function editText(text: string, present: Annotations, changes: AnnotationChanges): string {
  const member = objectMembers(text).get('annotations');
  const isThere = member !== undefined && text.slice(member.start, member.end) !== 'null';
  if (isThere && member.type !== 'object')
    throw new RemoraError('MALFORMED', 'annotations of the manifest are not an object');
  const before = isThere ? text.slice(member.start, member.end) : '{}';
  let after = before;
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) after = removeMember(after, key);
    else if (!Object.hasOwn(present, key) || present[key] !== value)
      after = setMember(after, key, JSON.stringify(value), followerOf(after, key));
  }
  if (after === before) return text;
  return objectMembers(after).size === 0 ? removeMember(text, 'annotations') : setMember(text, 'annotations', after);
}

/** The key before which a new one goes, where the present ones are in order. */
function followerOf(text: string, key: string): string | undefined {
  const keys = [...objectMembers(text).keys()];
  const isSorted = keys.every((one, index) => index === 0 || (keys[index - 1] ?? '') < one);
  return isSorted ? keys.find((one) => one > key) : undefined;
}
