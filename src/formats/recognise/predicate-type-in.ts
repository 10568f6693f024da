import { membersOf } from '../../oci/text/json-members.js';
import { decodeText, fromBase64 } from './base64.js';

const STATEMENT = /^https:\/\/in-toto\.io\/Statement\/v\d+(?:\.\d+)*$/;

/**
 * The predicate type of the in-toto statement that a whole document is, or wraps in a DSSE envelope or a Sigstore bundle.
 * A signature is not verified.
 *
 * @returns undefined for any other document
 * @throws RemoraError `MALFORMED` for a name that an object has twice
 */
export function predicateTypeIn(bytes: Uint8Array): string | undefined {
  const text = decodeText(bytes, true)?.trimStart() ?? '';
  const document = text.startsWith('{') ? membersOf(text) : undefined;
  if (document === undefined) return undefined;
  if (STATEMENT.test(document.get('_type')?.text ?? '')) return document.get('predicateType')?.text;
  const bundled = document.get('dsseEnvelope');
  const envelope = bundled?.type === 'object' ? membersOf(text.slice(bundled.start, bundled.end)) : document;
  const payload = envelope?.has('payloadType') ? envelope.get('payload')?.text : undefined;
  const statement =
    payload === undefined ? undefined : membersOf(decodeText(fromBase64(payload) ?? new Uint8Array(), true) ?? '');
  return STATEMENT.test(statement?.get('_type')?.text ?? '') ? statement?.get('predicateType')?.text : undefined;
}
