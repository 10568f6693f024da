import type { RemoraErrorCode } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** A repository with more tags than this is asked for each tag by name. */
const MAX_TAGS = 5_000;

/** Failures after which the tags are asked for one by one. */
export const UNLISTED: readonly [RemoraErrorCode, ...RemoraErrorCode[]] = [
  'NOT_FOUND',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'MALFORMED',
  'UNREACHABLE',
  'TIMEOUT',
  'BUSY',
  'UNSUPPORTED',
  'REJECTED',
  'INVALID_ARGUMENT',
  'SIZE_MISMATCH',
  'DIGEST_MISMATCH',
  'IO',
];

/** The tags of a repository at one moment. */
export interface TagSnapshot {
  /** Undefined where they could not be listed, or are too many: then each is asked for. */
  readonly names: Promise<ReadonlySet<string> | undefined>;
}

/**
 * Lists the tags once, so that the attachments of attachments need not be looked for under four tags each, most of which
 * do not exist. Without a list, the tags are asked for one by one.
 */
export function tagSnapshot(store: Source, options: CallOptions = {}): TagSnapshot {
  const list = async () => {
    const names = new Set<string>();
    for await (const tag of store.tags(options)) {
      names.add(tag);
      if (names.size > MAX_TAGS) return undefined;
    }
    return names;
  };
  const names = orUndefined(list(), ...UNLISTED);
  // An interruption is reported where the names are awaited.
  names.catch(() => {});
  return { names };
}
