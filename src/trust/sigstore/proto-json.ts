import { RemoraError } from '../../errors.js';
import { readBase64 } from '../dsse/base64.js';

/**
 * The bytes of a field of protobuf's JSON form, which are not empty.
 *
 * @throws RemoraError `MALFORMED`
 */
export function bytesOf(text: string, what: string): Buffer<ArrayBuffer> {
  const bytes = readBase64(text, what);
  if (bytes.length === 0) throw new RemoraError('MALFORMED', `${what} is empty`);
  return Buffer.from(bytes);
}

/**
 * The name of the one member that is there. Readers of protobuf differ in which of two members of a `oneof` they take.
 *
 * @throws RemoraError `MALFORMED` unless exactly one is there
 */
export function only<T extends string>(members: Readonly<Record<T, unknown>>, what: string): T {
  const names: T[] = [];
  for (const name in members) if (members[name] !== undefined && members[name] !== null) names.push(name);
  const [name, second] = names;
  if (name !== undefined && second === undefined) return name;
  const found = names.join(' and ') || 'none';
  throw new RemoraError('MALFORMED', `${what} has ${found} of ${Object.keys(members).join(', ')}, wanted exactly one`);
}
