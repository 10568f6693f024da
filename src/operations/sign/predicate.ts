import { RemoraError } from '../../errors.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { PREDICATE_TYPE_HINT, parsePredicateType } from '../../formats/kinds/predicate-type.js';
import { CUSTOM_PREDICATE, predicateByName } from '../../formats/kinds/predicates.js';
import { recognisePredicate } from '../../formats/recognise/predicates.js';
import { parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import { type ContentInput, nameOf, openContent, readAll } from '../pack/content.js';

/** A predicate of an attestation. */
export interface Predicate {
  readonly predicateType: string;
  /** JSON. */
  readonly json: string;
}

/** The largest SBOMs have tens of megabytes. In base64 it must fit into the 64 MiB of a bundle that `verify` reads. */
const MAX_PREDICATE_BYTES = 40 * 1024 * 1024;

/**
 * Reads a document that becomes a predicate. JSON stands in the statement as it is; text does where its type is one that
 * cosign wraps, `custom` or `spdx`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `IO`
 */
export async function readPredicate(
  content: ContentInput,
  given: string | undefined,
  { signal }: CallOptions,
): Promise<Predicate> {
  const stated = given === undefined ? undefined : parsePredicateType(given);
  const what = nameOf(content);
  const bytes = await readAll(await openContent(content), MAX_PREDICATE_BYTES, signal, tooLarge(what));
  const seen = recognisePredicate(bytes);
  const predicateType = stated ?? seen?.predicateType;
  if (predicateType === undefined) {
    const found = seen === undefined ? 'is not recognised' : `is ${seen.what}, which is not a predicate by itself`;
    throw new RemoraError('INVALID_ARGUMENT', `${what} ${found}: its predicate type is not known`, {
      hint: PREDICATE_TYPE_HINT,
    });
  }
  checkFormat(what, predicateType, seen);
  return { predicateType, json: jsonOf(bytes, what, predicateType) };
}

/** A signed statement that calls CycloneDX SPDX would pass a gate that wants SPDX. */
function checkFormat(what: string, predicateType: string, seen: ReturnType<typeof recognisePredicate>): void {
  const wanted = kindRow('predicate', predicateType)?.format;
  const found = seen?.predicateType === undefined ? undefined : kindRow('predicate', seen.predicateType)?.format;
  if (wanted === undefined || found === undefined || wanted === found) return;
  throw new RemoraError('INVALID_ARGUMENT', `${what} is ${seen?.what}, wanted ${wanted} for ${quote(predicateType)}`, {
    expected: wanted,
    found,
    hint: 'Leave out --predicate-type: it follows the content',
  });
}

function jsonOf(bytes: Uint8Array, what: string, predicateType: string): string {
  const text = textOf(bytes, what);
  const isWrapped = predicateType === CUSTOM_PREDICATE;
  if (/^\s*\{/.test(text)) {
    // A name twice would be read in two ways by two tools, and every verifier of ours refuses it.
    const value = parsed(bytes, what);
    return isWrapped && !isCustom(value) ? JSON.stringify({ Data: text }) : text.trim();
  }
  if (isWrapped) return JSON.stringify({ Data: text });
  if (predicateType === predicateByName('spdx')) return JSON.stringify(text);
  throw new RemoraError('INVALID_ARGUMENT', `${what} is not a JSON object, wanted one for ${quote(predicateType)}`, {
    hint: 'Give --predicate-type custom to wrap a text as cosign does, or attach it: remora attach --sign-key',
  });
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', `${what} is not UTF-8, wanted JSON`, {
      cause,
      hint: 'Attach it as it is, and sign that: remora attach --sign-key',
    });
  }
}

function parsed(bytes: Uint8Array, what: string): unknown {
  try {
    return parseJson(bytes, what);
  } catch (cause) {
    // The file is an argument: what is wrong with it is not what is wrong with a registry.
    throw new RemoraError('INVALID_ARGUMENT', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** cosign's own form, which is not wrapped twice. */
function isCustom(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'Data' in value;
}

function tooLarge(what: string): (limit: number) => RemoraError {
  return (limit) =>
    new RemoraError('INVALID_ARGUMENT', `${what} is larger than ${limit} bytes, wanted less for an attestation`, {
      expected: limit,
      hint: 'Attach it as it is, and sign that: remora attach --sign-key',
    });
}
