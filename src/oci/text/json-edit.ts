import { RemoraError } from '../../errors.js';
import { type JsonMember, membersOf } from './json-members.js';

/**
 * The text of a JSON object with one member set to the JSON of `value`. All other text stays as it is; a new member has
 * the white space of its neighbours.
 *
 * @param before the member that the new one precedes. @default it is the last one
 * @throws RemoraError `MALFORMED` for text that is not an object, or has a name twice
 */
export function setMember(text: string, name: string, value: string, before?: string): string {
  const members = objectMembers(text);
  const present = members.get(name);
  if (present !== undefined) return text.slice(0, present.start) + value + text.slice(present.end);
  const [first] = members.values();
  if (first === undefined) return text.replace(/\{\s*\}/, () => `{${JSON.stringify(name)}:${value}}`);
  const [, space = ''] = /^\s*\{(\s*)"/.exec(text) ?? [];
  const colon = text.slice(text.lastIndexOf('"', first.start - 1) + 1, first.start);
  const member = `${JSON.stringify(name)}${colon}${value}`;
  const previous = before === undefined ? [...members.values()].at(-1) : beforeOf(members, before);
  if (previous === undefined) {
    const start = text.indexOf('{') + 1;
    return `${text.slice(0, start)}${space}${member},${text.slice(start)}`;
  }
  return `${text.slice(0, previous.end)},${space}${member}${text.slice(previous.end)}`;
}

/**
 * The text of a JSON object without one member; all other text stays as it is.
 *
 * @throws RemoraError `MALFORMED`, as {@link setMember}
 */
export function removeMember(text: string, name: string): string {
  const members = objectMembers(text);
  const present = members.get(name);
  if (present === undefined) return text;
  const previous = beforeOf(members, name);
  if (previous !== undefined) return text.slice(0, previous.end) + text.slice(present.end);
  const start = text.indexOf('{') + 1;
  const after = text.slice(present.end);
  return text.slice(0, start) + (members.size === 1 ? after.trimStart() : after.replace(/^\s*,/, ''));
}

function beforeOf(members: ReadonlyMap<string, JsonMember>, name: string): JsonMember | undefined {
  return [...members.values()][[...members.keys()].indexOf(name) - 1];
}

/** The members of an object. @throws RemoraError `MALFORMED` */
export function objectMembers(text: string): ReadonlyMap<string, JsonMember> {
  const members = membersOf(text);
  if (members === undefined) throw new RemoraError('MALFORMED', 'document is not a JSON object');
  return members;
}
