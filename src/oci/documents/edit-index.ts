import { isRemoraError } from '../../errors.js';
import { parseJson } from '../text/json.js';
import { isObject } from '../text/lenient.js';
import { Remarks } from '../text/remarks.js';
import type { Descriptor } from '../values/descriptor.js';
import { MediaType } from '../values/media-types.js';
import { readDescriptor } from '../values/read-descriptor.js';
import type { Manifest } from './manifest.js';

/**
 * The bytes of an index with other `manifests`. Every other field of `index` stays, known or not, and so do entries as
 * {@link editedEntries} has it.
 *
 * Without `index` the bytes are those of a new index.
 */
export function indexBytes(index: Manifest | undefined, manifests: readonly Descriptor[]): Buffer {
  const document = index === undefined ? undefined : parseJson(index.bytes, 'image index');
  const kept = isObject(document) ? document : { schemaVersion: 2, mediaType: MediaType.imageIndex };
  return Buffer.from(JSON.stringify({ ...kept, manifests: editedEntries(kept.manifests, manifests) }));
}

/**
 * The entries of an index as they are written. An entry that did not change keeps the form that it had, and one that
 * cannot be read keeps its place: another tool may read it.
 *
 * @param before the entries of the document
 * @param after the entries that shall be in it, as they were read
 */
export function editedEntries(before: unknown, after: readonly Descriptor[]): readonly unknown[] {
  const forms = new Map<string, unknown>();
  const unread: [index: number, form: unknown][] = [];
  const list: readonly unknown[] = Array.isArray(before) ? before : [];
  for (const [index, form] of list.entries()) {
    const entry = readable(form);
    if (entry === undefined) unread.push([index, form]);
    else forms.set(JSON.stringify(entry), form);
  }
  const written: unknown[] = after.map((entry) => forms.get(JSON.stringify(entry)) ?? entry);
  for (const [index, form] of unread) written.splice(index, 0, form);
  return written;
}

function readable(form: unknown): Descriptor | undefined {
  try {
    return readDescriptor(form, '', new Remarks('entry'));
  } catch (error) {
    if (isRemoraError(error) && error.code === 'MALFORMED') return undefined;
    throw error;
  }
}
