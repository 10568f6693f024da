import { RemoraError } from '../../errors.js';
import { isRefused } from '../results/refused.js';
import type { DiscoverResult, MissingKind } from './schema.js';

/** The reason to wait for more attachments; undefined where all is there, or a place refuses to tell. */
export function lackOf({ missing = [], incomplete }: DiscoverResult): string | undefined {
  const [first] = missing;
  if (first === undefined || isRefused(incomplete)) return undefined;
  const more = missing.length > 1 ? `, and ${missing.length - 1} more` : '';
  const [unasked] = incomplete;
  const hidden = unasked === undefined ? '' : `; could not ask ${unasked.way}: ${unasked.error.message}`;
  return `${placeOf(first)} has no ${first.kind}${first.format === undefined ? '' : `@${first.format}`}${more}${hidden}`;
}

function placeOf({ digest, platform }: MissingKind): string {
  return platform === undefined ? digest : `${digest} (${platform})`;
}

/** The error for a wait that nothing could end. */
export function nothingRequired(): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', 'discover has nothing to wait for: no kind is required', {
    hint: 'Name the kind to wait for, like --require sbom',
  });
}
