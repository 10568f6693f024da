import type { IncomingMessage, ServerResponse } from 'node:http';
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

const KNOWN: Readonly<Partial<Record<RemoraErrorCode, readonly [number, SpecCode, string]>>> = {
  DIGEST_MISMATCH: [400, 'DIGEST_INVALID', 'the content is not what its digest says'],
  SIZE_MISMATCH: [400, 'SIZE_INVALID', 'the content does not have the size that was said'],
  UNSUPPORTED: [405, 'UNSUPPORTED', 'this cannot be done here'],
  CHANGED: [503, 'TOOMANYREQUESTS', 'another process is at work in this repository, try again'],
};

/**
 * The answer for an error: a refusal as it is, a status for an error of the request, and 500 for a fault of the store.
 * Messages of stores name paths of this host: they are for its log alone.
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
  // UNKNOWN is not a code of the specification: they all blame the request.
  const failed = [500, 'UNKNOWN', 'the registry failed: its log says why'] as const;
  const [status, code, message] = (isRemoraError(error) ? KNOWN[error.code] : undefined) ?? failed;
  return { status, body: { errors: [{ code, message }] }, headers: status === 503 ? { 'Retry-After': '1' } : {} };
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

/** A client that is still sending is listened to for so long, and for so many bytes, after it was refused. */
const LINGER_MS = 30_000;
const LINGER_BYTES = 256 * 1024 * 1024;

/**
 * Sends an answer to a request whose content is not wanted any more. A connection that is closed while bytes arrive is
 * reset, and many clients read no answer before they have sent everything. So the answer goes out at once, and ends when
 * the content does. The connection carries no other request.
 */
export function sendEarly(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object | undefined,
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(status, { ...(body && type), ...headers, Connection: 'close' });
  response.flushHeaders();
  response.write(text);
  const end = () => {
    clearTimeout(timer);
    request.off('data', count);
    response.end();
  };
  let left = LINGER_BYTES;
  const count = (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  };
  const timer = setTimeout(end, LINGER_MS);
  for (const event of ['end', 'close', 'error']) request.once(event, end);
  request.on('data', count);
  request.resume();
}
