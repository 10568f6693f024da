import { errorFields, isRemoraError, type RemoraErrorCode } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { TaggedManifest } from './schema.js';

/** Tags that are looked up at a time. */
const AT_A_TIME = 32;

/** Failures of one tag, which tell nothing of the others. */
const OF_ONE: readonly RemoraErrorCode[] = [
  'NOT_FOUND',
  'AMBIGUOUS',
  'MALFORMED',
  'DIGEST_MISMATCH',
  'SIZE_MISMATCH',
  'UNSUPPORTED',
];

/** The manifest of each tag, in the order of the tags. A tag whose manifest cannot be had stays, with the reason. */
export function taggedManifests(
  source: Source,
  tags: readonly string[],
  options: CallOptions,
): Promise<readonly TaggedManifest[]> {
  return mapSome(tags, AT_A_TIME, async (tag): Promise<TaggedManifest> => {
    try {
      const found = (await source.findTag(tag, options)) ?? (await source.resolve({ tag }, options));
      return { tag, mediaType: found.mediaType, digest: found.digest, size: found.size };
    } catch (error) {
      if (!isRemoraError(error) || !OF_ONE.includes(error.code)) throw error;
      return { tag, error: errorFields(error) };
    }
  });
}
