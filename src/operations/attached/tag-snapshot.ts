import type { RemoraErrorCode } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Above this number of tags, each tag is asked for by name. */
const MAX_TAGS = 5_000;

/** Failures of a tag list after which each tag is asked for by name. */
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
  /** Undefined when the tags could not be listed or are too many. */
  readonly names: Promise<ReadonlySet<string> | undefined>;
}

/**
 * Lists the tags once, which saves four requests for each attachment: the referrers tag and cosign's three. Most of these
 * tags do not exist.
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
  return { names: handled(orUndefined(list(), ...UNLISTED)) };
}
