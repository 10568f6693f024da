import { mapSome } from '../../io/async/run-all.js';
import { configOf, layersOf, type Manifest } from '../../oci/documents/manifest.js';
import { Annotation, type Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { isWanted } from '../attached/selection.js';
import type { Holder } from '../detach/holder.js';
import { type Choice, type Chosen, newestFirst, type PruneSelection, type Spared, timeOf } from './rules.js';

/** Facts about an attachment that its manifest does not tell. */
export interface DuplicateOptions extends CallOptions {
  /** Whether something is attached to it, like a signature. */
  readonly isSigned: (digest: Digest) => boolean;
  /** Whether it has a tag that a person gave. */
  readonly isTagged: (digest: Digest) => boolean;
}

/**
 * Chooses copies among the attachments of one subject: manifests of one artifact type, with the same config, the same layers in
 * their order, and the same annotations apart from the date. Attachments of a copy, like its signature, would be lost with it:
 * such a copy stays. Of the others the newest stays, if none of those that stay has the content.
 */
export async function duplicatesOf(
  source: Source,
  holders: readonly Holder[],
  selection: PruneSelection,
  { signal, isSigned, isTagged }: DuplicateOptions,
): Promise<Choice> {
  const wanted = holders.filter(({ attachments }) => attachments.every((one) => isWanted(one, selection)));
  const alike = groups(wanted, ({ manifest }) => `${manifest.mediaType} ${manifest.artifactType ?? ''}`);
  const read = await mapSome(alike.flat(), 16, async (holder) => ({
    holder,
    content: contentOf(await source.manifest({ digest: holder.manifest.digest }, { signal })),
  }));
  const chosen: Chosen[] = [];
  const spared: Spared[] = [];
  for (const same of groups(read, ({ content }) => content)) {
    const copies = same.flatMap(({ holder }) => {
      const [attachment] = holder.attachments;
      return attachment === undefined ? [] : [{ holder, attachment, time: timeOf(attachment) }];
    });
    const mustStay = ({ holder }: (typeof copies)[number]) =>
      isTagged(holder.manifest.digest) || isSigned(holder.manifest.digest);
    const sorted = [...copies].sort((a, b) => Number(mustStay(b)) - Number(mustStay(a)) || newestFirst(a, b));
    const survivors = sorted.slice(0, 1).map(({ holder }) => holder.manifest.digest);
    for (const copy of sorted.slice(1)) {
      const { holder } = copy;
      const isKept = isSigned(holder.manifest.digest);
      const message = 'something is attached to this copy, and would be lost with it';
      for (const attachment of holder.attachments)
        if (isKept) spared.push({ holder, attachment, rule: 'duplicates', reason: 'signed', message });
        else chosen.push({ holder, attachment, rules: ['duplicates'], survivors });
    }
  }
  return { chosen, spared };
}

/** Those that share a key with others. */
function groups<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = found.get(key);
    if (group === undefined) found.set(key, [one]);
    else group.push(one);
  }
  return [...found.values()].filter(({ length }) => length > 1);
}

/** All that two copies must have in common. */
function contentOf(manifest: Manifest): string {
  const { artifactType, annotations } = manifest.content;
  const named = manifest.kind === 'index' ? manifest.content.manifests : layersOf(manifest);
  const config = configOf(manifest);
  return JSON.stringify([
    manifest.descriptor.mediaType,
    artifactType ?? '',
    config === undefined ? '' : described(config),
    named.map(described),
    undated(annotations),
  ]);
}

function described({ mediaType, digest, annotations }: Descriptor): readonly unknown[] {
  return [mediaType, digest, undated(annotations)];
}

function undated(annotations: Annotations | null | undefined): readonly (readonly [string, string])[] {
  const all = Object.entries(annotations ?? {}).filter(([key]) => key !== Annotation.created);
  return all.sort(([a], [b]) => (a < b ? -1 : 1));
}
