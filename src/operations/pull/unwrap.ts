import { RemoraError } from '../../errors.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { decodeText, fromBase64 } from '../../formats/recognise/base64.js';
import { recognise } from '../../formats/recognise/recognise.js';
import { type JsonMember, membersOf } from '../../oci/text/json-members.js';
import { given } from '../../oci/values/given.js';

/** What a statement says, taken out of it. */
export interface Unwrapped {
  /** The predicate's own bytes: those that were signed, where it was signed. */
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly predicateType?: string;
}

/** More is not read into memory. */
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
 * Takes the predicate out of an in-toto statement, also where that is in a DSSE envelope or a Sigstore bundle. The bytes
 * are those of the document, not a new writing of it. Nothing is verified.
 *
 * @throws RemoraError `NO_MATCH` for anything else, `MALFORMED` for a wrapper that is broken inside
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

function unwrapStatement(bytes: Uint8Array, what: string): Unwrapped {
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
  // What cosign puts around documents that are no JSON, and around all in its old versions: {"Data": …, "Timestamp": …}.
  // Nothing else begins so, and others need not be read a second time.
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
  return new RemoraError('NO_MATCH', `${what} is no in-toto statement and wraps none: it is ${found}`, {
    expected: 'an in-toto statement, a DSSE envelope or a Sigstore bundle',
    found,
    hint: 'Leave out --unwrap to fetch it as it is',
  });
}
