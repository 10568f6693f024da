import * as z from 'zod';
import { RemoraError, type RemoraErrorCode } from '../../../errors.js';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { loginHint } from '../../../io/auth/login-hint.js';
import type { Document } from '../../../io/http/response.js';
import { type HttpResponse, rateLimits } from '../../../io/http/response.js';
import { redact } from '../../../io/redact.js';
import { given } from '../../../oci/values/given.js';

const errorsSchema = () =>
  z.looseObject({
    errors: z.array(z.looseObject({ code: z.string(), message: z.string().nullish(), detail: z.unknown().optional() })),
  });

const MAX_SHOWN = 200;
/** Several errors with their details. */
const MAX_SAID = 1000;

/** The hint for an answer that does not come from a registry. */
export const WEB_PAGE_HINT = 'Check the host, or a proxy in between';

/**
 * An answer that is not what was asked for, as an error with what the registry said of it (distribution-spec,
 * "Error Codes").
 *
 * @param what the subject of the message: what was asked for
 */
export function responseError(response: HttpResponse, body: Buffer, what: string, registry: string): RemoraError {
  const { status } = response;
  const said = registrySaid(response, body);
  // How long a host asks to wait is worth to know whatever it failed with.
  const limits = Object.entries(rateLimits(response)).filter(([name]) => status === 429 || name === 'retry-after');
  const message = [
    `${what}: ${registry} answered ${status}`,
    said === '' ? '' : `: ${said}`,
    limits.length === 0 ? '' : ` (${limits.map(([name, value]) => `${name}: ${value}`).join(', ')})`,
  ].join('');
  const hint = hintFor(response, said, registry);
  const codes = parseErrors(body)?.map(({ code }) => code);
  return new RemoraError(codeFor(status), message, given({ status, hint, codes }));
}

/** The codes in an answer's error body (distribution-spec, "Error Codes"); none when it has another body. */
export function errorCodes({ bytes }: Document): readonly string[] {
  return parseErrors(bytes)?.map(({ code }) => code) ?? [];
}

/** 'a web page, not a registry' when that is what came. */
export function webPage(response: HttpResponse, body: Buffer): string | undefined {
  const type = response.header('content-type') ?? '';
  const html = /html/i.test(type) || /^\s*<(?:!doctype|html|head|body)/i.test(body.toString('latin1', 0, 200));
  return html ? 'a web page, not a registry' : undefined;
}

/** Codes that a request can fail with, unless its caller interrupts it. */
const REQUEST_CODES = [
  'UNREACHABLE',
  'TIMEOUT',
  'BUSY',
  'REJECTED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'UNSUPPORTED',
  'MALFORMED',
  'SIZE_MISMATCH',
  'DIGEST_MISMATCH',
  'CHANGED',
  'INVALID_ARGUMENT',
  'IO',
] as const satisfies readonly RemoraErrorCode[];

/** The answer to a request; undefined where it fails. An interruption is thrown. */
export function ifAnswered<T>(answer: Promise<T>): Promise<T | undefined> {
  return orUndefined(answer, ...REQUEST_CODES);
}

/**
 * The answer to a question that is asked ahead; undefined where it fails or is interrupted. The code that needs the
 * answer asks again, and reports the failure.
 */
export function askedAhead<T>(answer: Promise<T>): Promise<T | undefined> {
  return orUndefined(answer, ...REQUEST_CODES, 'INTERRUPTED');
}

function parseErrors(body: Buffer): z.infer<ReturnType<typeof errorsSchema>>['errors'] | undefined {
  try {
    return errorsSchema().safeParse(JSON.parse(body.toString())).data?.errors;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function codeFor(status: number): RemoraErrorCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 405 || status === 501) return 'UNSUPPORTED';
  if (status === 408) return 'TIMEOUT';
  if (status === 412) return 'CHANGED';
  if (status === 425 || status === 429 || status >= 500) return 'BUSY';
  return 'REJECTED';
}

function hintFor(response: HttpResponse, said: string, registry: string): string | undefined {
  const { status } = response;
  if (said.startsWith('a web page')) return WEB_PAGE_HINT;
  if (status === 401 || status === 403) return loginHint(registry);
  const wait = response.header('retry-after');
  if (status === 429)
    return wait === undefined
      ? 'Wait for a while, or log in: registries give accounts more requests'
      : 'Wait as long as it asks for, allow more with --max-wait, or log in: registries give accounts more requests';
  if (wait !== undefined) return 'Wait as long as it asks for, or allow more with --max-wait';
  if (status >= 500) return 'The registry has a fault of its own; try again later';
  if (status === 413 || isAboutSize(said.toLowerCase())) return 'It may be too large for this registry';
  return undefined;
}

function isAboutSize(said: string): boolean {
  const invalid = said.indexOf('manifest_invalid');
  return said.includes('too large') || (invalid >= 0 && said.includes('size', invalid));
}

function registrySaid(response: HttpResponse, body: Buffer): string {
  const page = webPage(response, body);
  if (page !== undefined) return page;
  const errors = parseErrors(body);
  if (errors === undefined) return shown(body.toString('utf8').trim(), MAX_SHOWN);
  const texts = errors.map(({ code, message, detail }) =>
    [code, message, detailText(detail)].filter((part) => part).join(' '),
  );
  return shown(texts.join('; '), MAX_SAID);
}

function detailText(detail: unknown): string {
  if (detail === undefined || detail === null || detail === '') return '';
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return text === '{}' || text === '[]' ? '' : `(${shown(text, MAX_SHOWN)})`;
}

/** The beginning of a text. Of a secret that is cut in two, the first part would not be known any more. */
function shown(text: string, length: number): string {
  return redact(text).slice(0, length);
}
