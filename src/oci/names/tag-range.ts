import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';

/** In characters: no person writes a longer range. */
const MAX_RANGE = 1000;

/**
 * Whether a tag is a version within a range, such as `^1.2`, `>=1.4 <2`, `1.x || 3.x` (semver.org, ranges as npm has
 * them). A `v` before the version and Helm's `_` for `+` are read. A prerelease is within a range only where a bound of
 * the range is a prerelease of the same version; `1.2.3-alpine` is a prerelease, too. A tag that is not a whole version, such as `1.2`, `latest` or
 * `1.2.3.4`, is in no range.
 *
 * @returns the test of a tag
 * @throws RemoraError `INVALID_ARGUMENT` for text that is not a range
 */
export async function tagRange(text: string): Promise<(tag: string) => boolean> {
  const { default: semver } = await import('semver');
  const range = text.trim() === '' || text.length > MAX_RANGE ? null : semver.validRange(text);
  if (range === null)
    throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} is not a range of versions`, {
      found: text,
      hint: 'Write one like ^1.2, ~1.4.0, ">=1.4 <2" or "1.x || 3.x"',
    });
  const parsed = new semver.Range(range);
  return (tag) => {
    const version = semver.parse(versionText(tag));
    return version !== null && parsed.test(version);
  };
}

/**
 * Orders tags by version, the newest first. Of equal versions, and of tags that are not versions, the text decides; they
 * come last.
 */
export async function newestFirst(): Promise<(one: string, other: string) => number> {
  const { default: semver } = await import('semver');
  return (one, other) => {
    const [first, second] = [semver.parse(versionText(one)), semver.parse(versionText(other))];
    if (first === null || second === null) return first === second ? byText(one, other) : first === null ? 1 : -1;
    return second.compare(first) || second.compareBuild(first) || byText(one, other);
  };
}

/** A tag cannot have `+`, and Helm writes `_` for it. */
function versionText(tag: string): string {
  return tag.startsWith('=') ? '' : tag.replace('_', '+');
}

function byText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
