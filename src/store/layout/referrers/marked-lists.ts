import { Readable } from 'node:stream';
import { indexBytes } from '../../../oci/documents/edit-index.js';
import { type Manifest, parseManifest, referrerEntry, subjectOf } from '../../../oci/documents/manifest.js';
import { Annotation, LIST_KEYS } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import { writeBlob } from '../blobs/write.js';
import { nameOf, tagPart } from '../entries/names.js';
import { DirectoryFiles } from '../files/directory-files.js';
import { readManifest } from '../manifests/read.js';
import { listKind, scanReferrers } from './list.js';

/** How a layout marks a list of referrers: by its name (regctl), or by an annotation with this key (olareg). */
type Mark = 'name' | (typeof LIST_KEYS)[number];

/**
 * Keeps the lists true that regctl or olareg wrote into a layout, so that they see a new referrer as well. The referrer
 * is entered into the list of its subject. Where only other subjects have such lists, the subject gets one with all
 * that is attached to it. The caller holds the lock of `index.json`.
 *
 * @returns the entries with the changed lists; the same array when there is nothing to do
 */
export async function withLists(
  directory: string,
  entries: readonly Descriptor[],
  referrer: Manifest,
): Promise<readonly Descriptor[]> {
  const subject = subjectOf(referrer)?.digest;
  if (subject === undefined) return entries;
  let changed = entries;
  for (const mark of new Set(entries.flatMap((entry) => markOf(entry) ?? []))) {
    const place = changed.findIndex((entry) => markOf(entry) === mark && isListOf(entry, mark, subject));
    const before = changed[place];
    if (before === undefined) changed = [...changed, await newList(directory, mark, subject, referrer)];
    else {
      const after = await longer(directory, before, referrer);
      if (after !== before) changed = changed.with(place, after);
    }
  }
  return changed;
}

function markOf(entry: Descriptor): Mark | undefined {
  if (listKind(entry) === undefined) return undefined;
  return LIST_KEYS.find((key) => entry.annotations?.[key] !== undefined) ?? 'name';
}

function isListOf(entry: Descriptor, mark: Mark, subject: Digest): boolean {
  if (mark !== 'name') return entry.annotations?.[mark] === subject;
  return (tagPart(nameOf(entry)) ?? nameOf(entry)) === referrersTag(subject);
}

/** The entry of a list, pointing at the list with one more member; unknown fields of the list stay. */
async function longer(directory: string, entry: Descriptor, referrer: Manifest): Promise<Descriptor> {
  const list = await readManifest(new DirectoryFiles(directory), entry);
  if (list.kind !== 'index') return entry;
  const { digest } = referrer.descriptor;
  if (list.content.manifests.some((member) => member.digest === digest)) return entry;
  return { ...entry, ...(await write(directory, list, [...list.content.manifests, referrerEntry(referrer)])) };
}

async function newList(directory: string, mark: Mark, subject: Digest, referrer: Manifest): Promise<Descriptor> {
  const { bySubject } = await scanReferrers(new DirectoryFiles(directory));
  const others = (bySubject.get(subject) ?? []).map(({ descriptor }) => descriptor);
  const own = referrerEntry(referrer);
  const manifests = [...others.filter(({ digest }) => digest !== own.digest), own];
  const list = await write(directory, undefined, manifests);
  const annotations = mark === 'name' ? { [Annotation.refName]: referrersTag(subject) } : { [mark]: subject };
  return { mediaType: MediaType.imageIndex, ...list, annotations };
}

async function write(
  directory: string,
  before: Manifest | undefined,
  manifests: readonly Descriptor[],
): Promise<Pick<Descriptor, 'digest' | 'size'>> {
  const { descriptor, bytes } = parseManifest(indexBytes(before, manifests));
  await writeBlob(directory, descriptor, async () => Readable.from([bytes]));
  return { digest: descriptor.digest, size: descriptor.size };
}
