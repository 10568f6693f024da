import type * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';

/**
 * Parses a document that is signed or holds a signature. It refuses what other parsers read otherwise: a name twice
 * ({@link parseJson}), a byte order mark, bytes behind the value.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseSignedJson(bytes: Uint8Array, what: string): unknown {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    throw new RemoraError('MALFORMED', `${what} begins with a byte order mark, wanted JSON`);
  }
  return parseJson(bytes, what);
}

/**
 * Checks an object of such a document. Members beside `names` are ignored (DSSE, envelope.md, "Parsing rules"), except
 * those that differ from one of them only in case: Go takes `Payload`, and even `ſig`, for the lower-case name.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readMembers<T>(schema: z.ZodMiniType<T>, names: readonly string[], value: unknown, what: string): T {
  for (const name of typeof value === 'object' && value !== null ? Object.keys(value) : []) {
    const wanted = names.find((known) => known !== name && folded(known) === folded(name));
    if (wanted === undefined) continue;
    throw new RemoraError('MALFORMED', `${what} has the member ${quote(name)}, wanted ${quote(wanted)}`);
  }
  return checkShape(schema, value, what);
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
