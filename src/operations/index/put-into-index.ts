import { RemoraError } from '../../errors.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, Store, WriteResult } from '../../store/interfaces/store.js';
import { resultFields } from '../results/manifest-fields.js';
import { adding } from './add-to-index.js';
import { changeIndexes, presentAt, requireIndex } from './change-index.js';
import { entryOf } from './entries.js';
import { changedResult } from './result.js';
import type { IntoIndexResult } from './schema.js';

/**
 * Looks whether an artifact can be put into the index of each tag.
 *
 * @throws RemoraError `INVALID_ARGUMENT` without a tag, `EXISTS` where a tag holds something else than an index
 */
export async function requireIndexes(store: Store, tags: readonly string[], options: CallOptions): Promise<void> {
  if (tags.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', `${store.format({})} has no tag, and a platform is put into an index`, {
      hint: 'Name the tag of the index, like ghcr.io/acme/tool:v1',
    });
  for (const tag of tags) requireIndex(store, tag, await presentAt(store, tag, options));
}

/**
 * Writes a manifest whose blobs are there, and puts it into the index of each tag, beside those of other platforms and in
 * place of an earlier one for its own. A new tag gets an index.
 *
 * @throws RemoraError as `addToIndex`
 */
export async function putIntoIndex(
  store: Store,
  manifest: Manifest,
  tags: readonly string[],
  platform: Platform,
  { signal }: CallOptions,
): Promise<{ readonly result: WriteResult; readonly index: IntoIndexResult }> {
  const { result } = await store.putManifest(manifest, { child: true, signal });
  const entry = entryOf(manifest, { platform });
  const make = (tag: string) => adding([{ entry }], store.format({ tag }), 'replace');
  const changed = await changeIndexes({ source: store, store }, tags, make, { signal });
  const { removed, moved } = changedResult((selector) => store.format(selector), changed);
  const [first] = changed;
  const fields = resultFields(store, referrerEntry(first?.index ?? manifest));
  return { result, index: given({ ...fields, platform: formatPlatform(platform), removed, moved }) };
}
