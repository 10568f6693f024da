import type { ServerResponse } from 'node:http';
import { isRemoraError, type RemoraErrorCode } from '../errors.js';
import { given } from '../oci/values/given.js';

/** The error codes of the specification (distribution-spec, "Error Codes"). */
export type SpecCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  /** Not of the specification: it has none for a host that is not answered to (RFC 9110, section 15.5.20). */
  | 'MISDIRECTED';

/** A request that is answered with an error of the specification. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: SpecCode,
    message: string,
    readonly options: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}

const STATUS: Readonly<Partial<Record<RemoraErrorCode, readonly [number, SpecCode]>>> = {
  DIGEST_MISMATCH: [400, 'DIGEST_INVALID'],
  SIZE_MISMATCH: [400, 'SIZE_INVALID'],
  UNSUPPORTED: [405, 'UNSUPPORTED'],
  CHANGED: [503, 'TOOMANYREQUESTS'],
};

/**
 * The answer for an error: a refusal as it is, a status for an error of the request, and 500 for a fault of the store.
 */
export function toRefusal(error: unknown): {
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (error instanceof Refusal) {
    const { detail, headers } = error.options;
    return {
      status: error.status,
      body: { errors: [given({ code: error.code, message: error.message, detail })] },
      headers: headers ?? {},
    };
  }
  const known = isRemoraError(error) ? STATUS[error.code] : undefined;
  const message = error instanceof Error ? error.message : String(error);
  // UNKNOWN is none of the specification's codes: they all blame the request.
  return { status: known?.[0] ?? 500, body: { errors: [{ code: known?.[1] ?? 'UNKNOWN', message }] }, headers: {} };
}

/** Sends a small body, or none. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number | readonly string[]>> = {},
  body?: Uint8Array | string,
): void {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === 'object' ? [...value] : value);
  if (!response.hasHeader('content-length') && status !== 204) response.setHeader('Content-Length', bytes?.length ?? 0);
  response.writeHead(status);
  response.end(bytes);
}

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string | number | readonly string[]>> = {},
): void {
  send(response, status, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(value));
}
