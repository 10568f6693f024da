import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import { type PruneOptions, type PruneResult, prune } from '../../../../src/operations/prune/prune.js';
import { pruneSchema } from '../../../../src/operations/prune/schema.js';
import { isDeleter } from '../../../../src/store/interfaces/abilities.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import { attach, referrerOf } from '../../../store/support/artifacts.js';

/** An artifact without files; the date and the note make it another one. */
export async function dated(
  store: Store,
  subject: Descriptor,
  type: string,
  created: string | undefined,
  note = '',
): Promise<Descriptor> {
  const annotations = {
    ...(created === undefined ? {} : { 'org.opencontainers.image.created': created }),
    ...(note === '' ? {} : { note }),
  };
  const manifest = referrerOf(subject, type, Object.keys(annotations).length === 0 ? undefined : annotations);
  await attach(store, manifest, { settle: false });
  return manifest.descriptor;
}

/** Prunes without waiting, and checks that the result is what the schema promises. */
export async function pruned(store: Store, options: PruneOptions): Promise<PruneResult> {
  const result = await prune(store, { settle: false, ...options });
  return pruneSchema.parse(JSON.parse(JSON.stringify(result)));
}

export async function remove(store: Store, digest: Descriptor['digest']): Promise<void> {
  if (!isDeleter(store)) throw new Error('a store that deletes');
  await store.deleteManifest(digest, { settle: false });
}

export async function tagsOf(store: Store): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of store.tags()) tags.push(tag);
  return tags.sort();
}

export function digests(all: readonly { readonly digest: string }[]): readonly string[] {
  return all.map(({ digest }) => digest);
}

export { referrersTag };
