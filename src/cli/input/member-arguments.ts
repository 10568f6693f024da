import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { Annotations } from '../../oci/values/annotations.js';
import type { IndexMember } from '../../operations/index/members.js';
import { keyValues } from './annotation-arguments.js';

/** The flags that tell of members. */
export interface MemberFlags {
  readonly platform?: readonly string[] | undefined;
  readonly 'member-annotation'?: readonly string[] | undefined;
}

/**
 * Members with their platforms and annotations.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a flag that is not well formed, or names another member
 */
export function memberArguments(members: readonly string[], flags: MemberFlags): readonly IndexMember[] {
  const platforms = new Map<string, string>();
  for (const text of flags.platform ?? []) {
    const [member, platform] = ofMember(text, text.lastIndexOf('='), members, 'platform', 'app:v1=linux/arm64');
    if (platforms.has(member))
      throw new RemoraError('INVALID_ARGUMENT', `member ${quote(member)} has two platforms`, {
        found: text,
        hint: 'Give a member one platform',
      });
    platforms.set(member, platform);
  }
  const annotations = new Map<string, string[]>();
  for (const text of flags['member-annotation'] ?? []) {
    const colon = text.lastIndexOf(':', text.indexOf('=', members.find((each) => text.startsWith(each))?.length ?? 0));
    const [member, pair] = ofMember(text, colon, members, 'annotation', 'app:v1:org.example.team=blue');
    annotations.set(member, [...(annotations.get(member) ?? []), pair]);
  }
  return members.map((location) => ({
    location,
    platform: platforms.get(location),
    annotations: annotationsOf(location, annotations.get(location)),
  }));
}

function annotationsOf(member: string, pairs: readonly string[] | undefined): Annotations | undefined {
  return pairs && keyValues(pairs, `annotation of ${member}`);
}

/** Splits the value of a flag at `at`; without a member it means the only one. */
function ofMember(
  text: string,
  at: number,
  members: readonly string[],
  what: string,
  example: string,
): readonly [member: string, rest: string] {
  const [only, ...more] = members;
  const member = text.slice(0, Math.max(at, 0));
  if (members.includes(member)) return [member, text.slice(at + 1)];
  if (only !== undefined && more.length === 0 && (at < 0 || what === 'annotation')) return [only, text];
  throw new RemoraError('INVALID_ARGUMENT', `${what} ${quote(text)} does not say of which member it is`, {
    found: text,
    candidates: members,
    hint: `Write the member as it stands in the command, like ${example}`,
  });
}
