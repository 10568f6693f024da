import { isRemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { subjectOf } from '../../oci/documents/manifest.js';
import { Annotation, LIST_KEYS } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { type Digest, isDigest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { isReferrersTag } from '../../oci/values/referrers-tag.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';

/** Requests at a time. */
export const CONCURRENCY = 32;

/** A list of referrers behind a referrers tag, or in a layout. */
export interface NamedList {
  /** Its tag; undefined where an annotation marks it. */
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly subject: Digest;
  readonly entries: readonly Descriptor[];
}

/** A tag that is not one of cosign's, and the manifest that it names. */
export interface TaggedManifest {
  readonly tag: string;
  readonly descriptor: Descriptor;
  /** The tag is named after a digest, as those of referrers lists are. */
  readonly mayBeList: boolean;
}

/** The manifests and digests that the tags of a place name. */
export interface Names {
  /** The manifests that people gave a tag, with one of their tags. */
  readonly tagged: ReadonlyMap<Digest, Descriptor & { readonly tag: string }>;
  readonly lists: readonly NamedList[];
  /** The digests after which tags of referrers lists and of cosign are named. */
  readonly subjects: ReadonlySet<Digest>;
}

/**
 * Reads all tags of a place. A tag that is named after a digest, and stands for something else than a list of referrers,
 * counts as given by people: GitLab and some build tools tag images so.
 *
 * @throws RemoraError `INCOMPLETE` when the tags, or one of them, could not be asked; `NOT_FOUND`, `INTERRUPTED`
 */
export async function readNames(source: Source, { signal }: CallOptions = {}): Promise<Names> {
  const account = new AskedWays();
  const tagged = new Map<Digest, Descriptor & { readonly tag: string }>();
  const lists: NamedList[] = [];
  const subjects = new Set<Digest>();
  const look = async ({ tag, entry }: Name) => {
    const cosign = cosignSubject(tag);
    if (cosign !== undefined) return void subjects.add(cosign);
    const found = entry ?? (await manifestAt(source, tag, { signal }));
    if (found === undefined) return;
    const isList = isReferrersTag(lastPart(tag)) && isIndexType(found.mediaType);
    const list = isList ? await listAt(source, tag, found.digest, { signal }) : undefined;
    if (list === undefined) {
      const known = tagged.get(found.digest)?.tag ?? tag;
      return void tagged.set(found.digest, { ...found, tag: known < tag ? known : tag });
    }
    for (const one of list) {
      lists.push(one);
      subjects.add(one.subject);
    }
  };
  await mapSome(await namesIn(source, account, { signal }), CONCURRENCY, async (name) => {
    try {
      await look(name);
    } catch (error) {
      account.failed(`tag ${source.format({ tag: name.tag })}`, error);
    }
  });
  account.checkComplete();
  for (const list of await annotatedLists(source, { signal })) {
    lists.push(list);
    subjects.add(list.subject);
  }
  return { tagged, lists, subjects };
}

/** The manifests that people gave a tag. It reads no lists. @throws RemoraError as {@link readNames} */
export async function readTagged(source: Source, { signal }: CallOptions = {}): Promise<readonly TaggedManifest[]> {
  const names = await namesIn(source, new AskedWays(), { signal });
  const found = await mapSome(names, CONCURRENCY, async ({ tag, entry }) => {
    if (cosignSubject(tag) !== undefined) return undefined;
    const descriptor = entry ?? (await manifestAt(source, tag, { signal }));
    return descriptor && { tag, descriptor, mayBeList: isReferrersTag(lastPart(tag)) };
  });
  return found.filter((one) => one !== undefined);
}

/**
 * The manifest that a tag names, which the place lists; undefined where it was removed meanwhile. Absence counts here: some
 * registries answer HEAD with 404 for what they have.
 */
async function manifestAt(source: Source, tag: string, options: CallOptions): Promise<Descriptor | undefined> {
  const found = await source.findTag(tag, options);
  return found ?? (await orUndefined(source.manifest({ tag }, options), 'NOT_FOUND'))?.descriptor;
}

/** A tag, and the entry of a layout that has it: in a layout several entries may share one. */
interface Name {
  readonly tag: string;
  readonly entry?: Descriptor;
}

async function namesIn(source: Source, account: AskedWays, { signal }: CallOptions): Promise<readonly Name[]> {
  if (!hasInventory(source)) return (await tagsOf(source, account, { signal })).map((tag) => ({ tag }));
  return (await source.entries()).flatMap((entry) => {
    const tag = entry.annotations?.[Annotation.refName];
    return tag === undefined ? [] : [{ tag, entry }];
  });
}

async function tagsOf(source: Source, account: AskedWays, { signal }: CallOptions): Promise<readonly string[]> {
  const tags: string[] = [];
  try {
    for await (const tag of source.tags({ signal })) tags.push(tag);
  } catch (error) {
    if (isRemoraError(error) && error.code === 'NOT_FOUND') throw error;
    account.failed(`tags of ${source.format({})}`, error);
    account.checkComplete();
  }
  return tags;
}

const COSIGN_TAG = /(?:^|:)sha256-([a-f0-9]{64})\.(?:sig|att|sbom)$/;

/** The digest after which a tag of cosign is named; a layout may have whole references as tags. */
function cosignSubject(tag: string): Digest | undefined {
  const encoded = COSIGN_TAG.exec(tag)?.[1];
  const digest = `sha256:${encoded}`;
  return encoded !== undefined && isDigest(digest) ? digest : undefined;
}

/** The tag in a whole reference, which a layout may have as a tag. */
function lastPart(tag: string): string {
  return tag.slice(tag.lastIndexOf(':') + 1);
}

/**
 * The list behind a referrers tag, for each of its subjects; undefined where the tag stands for something else. Long digests
 * are cut in a tag: there the entries tell the subjects.
 */
async function listAt(
  source: Source,
  tag: string,
  digest: Digest,
  options: CallOptions,
): Promise<readonly NamedList[] | undefined> {
  const manifest = await orUndefined(source.manifest({ digest }, options), 'NOT_FOUND');
  const entries = manifest && entriesOf(manifest);
  if (manifest === undefined || entries === undefined) return undefined;
  const named = lastPart(tag).replace('-', ':');
  if (named === digest) return undefined;
  if (isDigest(named)) return [{ tag, digest, subject: named, entries }];
  const read = await mapSome(entries, 8, (entry) =>
    orUndefined(source.manifest({ digest: entry.digest }, options), 'NOT_FOUND'),
  );
  const subjects = new Set(read.flatMap((one) => (one && subjectOf(one)?.digest) ?? []));
  return [...subjects].map((subject) => ({ tag, digest, subject, entries }));
}

/** The lists that olareg writes into a layout. A list that cannot be read stays as it is. */
async function annotatedLists(source: Source, options: CallOptions): Promise<readonly NamedList[]> {
  if (!hasInventory(source)) return [];
  const lists = await mapSome(await source.entries(), 8, async ({ digest, annotations }) => {
    const subject = LIST_KEYS.map((key) => annotations?.[key]).find((value) => value !== undefined);
    if (subject === undefined || !isDigest(subject)) return undefined;
    const manifest = await orUndefined(source.manifest({ digest }, options), 'NOT_FOUND', 'MALFORMED');
    const entries = manifest && entriesOf(manifest);
    return entries && { tag: undefined, digest, subject, entries };
  });
  return lists.filter((list) => list !== undefined);
}

/** The entries of a list of referrers; undefined for an image index, which names platforms. */
export function entriesOf(manifest: Manifest): readonly Descriptor[] | undefined {
  if (manifest.kind !== 'index' || manifest.unread.length > 0) return undefined;
  const { manifests } = manifest.content;
  return manifests.some(({ platform }) => platform !== undefined) ? undefined : manifests;
}
