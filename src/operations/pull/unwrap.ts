import { RemoraError } from '../../errors.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { decodeText, fromBase64 } from '../../formats/recognise/base64.js';
import { recognise } from '../../formats/recognise/recognise.js';
import { type JsonMember, membersOf } from '../../oci/text/json-members.js';
import { given } from '../../oci/values/given.js';

/** The predicate of an in-toto statement. */
export interface Unwrapped {
  /** The predicate's own bytes, as they stand in the statement. */
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly predicateType?: string;
}

/** The most bytes of wrapped files that are read into memory. */
export const MAX_WRAPPED_BYTES = 256 * 1024 * 1024;

const STATEMENT = /^https:\/\/in-toto\.io\/Statement\/v\d+(?:\.\d+)*$/;
/** Media types of predicates that are documents, where the content does not name itself. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['spdx', 'application/spdx+json'],
  ['cyclonedx', 'application/vnd.cyclonedx+json'],
  ['syft', 'application/vnd.syft+json'],
  ['openvex', 'application/vnd.openvex+json'],
]);

/**
 * Takes the predicate out of an in-toto statement, a DSSE envelope with one or a Sigstore bundle with one. The bytes are
 * cut out of the document, not serialised again. A signature is not verified.
 *
 * @param what name of the document, for errors
 * @throws RemoraError `NO_MATCH` for any other document, `MALFORMED` for a payload that is not base64
 */
export function unwrap(bytes: Uint8Array, what: string): Unwrapped {
  const text = decodeText(bytes, true) ?? '';
  const document = text.trimStart().startsWith('{') ? membersOf(text) : undefined;
  if (document === undefined) throw noStatement(bytes, what);
  const bundled = document.get('dsseEnvelope');
  const envelope = bundled?.type === 'object' ? membersOf(text.slice(bundled.start, bundled.end)) : document;
  const payload = envelope?.get('payload')?.text;
  if (payload === undefined || envelope?.has('payloadType') !== true) return unwrapStatement(bytes, what);
  const statement = fromBase64(payload);
  if (statement === undefined) throw new RemoraError('MALFORMED', `payload of ${what} is not base64`);
  return unwrapStatement(statement, `payload of ${what}`);
}

/**
 * Takes the predicate out of an in-toto statement, as {@link unwrap} does.
 *
 * @throws RemoraError `NO_MATCH`
 */
export function unwrapStatement(bytes: Uint8Array, what: string): Unwrapped {
  const text = decodeText(bytes, true) ?? '';
  const members = membersOf(text);
  if (members === undefined || !STATEMENT.test(members.get('_type')?.text ?? '')) throw noStatement(bytes, what);
  const predicate = members.get('predicate');
  if (predicate === undefined || predicate.type === 'other')
    throw new RemoraError('NO_MATCH', `${what} is an in-toto statement without a predicate, wanted one with it`);
  const predicateType = members.get('predicateType')?.text;
  const content = contentOf(text.slice(predicate.start, predicate.end), predicate);
  return {
    bytes: content.bytes,
    mediaType: mediaTypeOf(content, predicateType),
    ...given({ predicateType }),
  };
}

interface Content {
  readonly bytes: Buffer;
  readonly isJson: boolean;
}

function contentOf(document: string, predicate: JsonMember): Content {
  if (predicate.text !== undefined) return { bytes: Buffer.from(predicate.text), isJson: false };
  // cosign wraps documents that are not JSON, and in old versions all: {"Data": …, "Timestamp": …}. The prefix is checked
  // first, so that other documents are not parsed twice.
  const inner = /^\{\s*"(?:Data|Timestamp)"/.test(document) ? membersOf(document) : undefined;
  const data = inner?.get('Data');
  const isCosign = [...(inner?.keys() ?? [])].every((name) => name === 'Data' || name === 'Timestamp');
  if (data === undefined || !isCosign || data.type === 'other') return { bytes: Buffer.from(document), isJson: true };
  if (data.text !== undefined) return { bytes: Buffer.from(data.text), isJson: false };
  return { bytes: Buffer.from(document.slice(data.start, data.end)), isJson: true };
}

function mediaTypeOf({ bytes, isJson }: Content, predicateType: string | undefined): string {
  const recognised = recognise(bytes, { complete: true })?.mediaType;
  if (recognised !== undefined) return recognised;
  if (!isJson) return 'text/plain';
  const format = predicateType === undefined ? undefined : kindRow('predicate', predicateType)?.format;
  return (format === undefined ? undefined : TYPES.get(format)) ?? 'application/json';
}

function noStatement(bytes: Uint8Array, what: string): RemoraError {
  const found = recognise(bytes, { complete: true })?.what ?? 'something else';
  return new RemoraError('NO_MATCH', `${what} is not an in-toto statement and does not wrap one: it is ${found}`, {
    expected: 'an in-toto statement, a DSSE envelope or a Sigstore bundle',
    found,
    hint: 'Leave out --unwrap to fetch the file as it is',
  });
}
