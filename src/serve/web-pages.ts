import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Refusal } from './answer.js';

/** The names in `Host` that a server answers to, beside those of loopback and the address that was connected to. */
export type AnsweredHosts = 'any' | readonly string[];

const AUTHORITY = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/**
 * A name of loopback as it stands in a URL, written so that every resolver agrees: `app.localhost` and `127.1` mean what the
 * system's one makes of them.
 */
export const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Options of {@link refuseWebPages}. */
interface WebPageOptions {
  /** A link of another origin may lead here: the browser shows the answer, and tells that page nothing. @default false */
  readonly mayFollow?: boolean;
}

/**
 * Refuses what a web page in somebody's browser sends. A page reaches loopback too, and a name of its own that its DNS
 * turns to this server's address makes it one of the same origin: such a name stands in `Host`.
 *
 * @throws Refusal 400 without a host, 421 for one that `hosts` does not name, 403 for a request of another origin
 */
export function refuseWebPages(
  request: IncomingMessage,
  hosts: AnsweredHosts | undefined,
  { mayFollow = false }: WebPageOptions = {},
): void {
  const authority = hostOf(request);
  // Browsers send a whole URL in the request line to proxies alone.
  if (authority !== undefined) requireAnswered(request, authority, hosts);
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': shownIn } = request.headers;
  if (mayFollow && request.method === 'GET' && mode === 'navigate' && shownIn === 'document') return;
  const isForeign = origin !== undefined && !originsOf(request, authority).includes(origin);
  if (isForeign || (site !== undefined && site !== 'none' && site !== 'same-origin'))
    throw new Refusal(403, 'DENIED', 'requests of web pages of another origin are refused');
}

/** A name or address as it stands in a URL, without its port; undefined for text that is neither. */
export function hostnameIn(authority: string): string | undefined {
  if (!AUTHORITY.test(authority) || !URL.canParse(`http://${authority}`)) return undefined;
  return new URL(`http://${authority}`).hostname;
}

/** Undefined for HTTP/1.0, which can do without. */
function hostOf(request: IncomingMessage): string | undefined {
  const { rawHeaders, httpVersion, headers } = request;
  const count = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (count === 0 && httpVersion === '1.0') return undefined;
  if (count !== 1 || headers.host === undefined || headers.host === '')
    throw new Refusal(400, 'UNSUPPORTED', 'the request does not name one host');
  return headers.host;
}

function requireAnswered(request: IncomingMessage, authority: string, hosts: AnsweredHosts | undefined): void {
  const host = hostnameIn(authority);
  const reached = localHostOf(request);
  const answered = hosts ?? (reached === undefined || LOOPBACK.test(reached) ? [] : 'any');
  if (answered === 'any' && host !== undefined) return;
  if (host !== undefined && (LOOPBACK.test(host) || host === reached || answered.includes(host))) return;
  throw new Refusal(421, 'MISDIRECTED', 'the server does not answer to this host; --allow-host NAME lists another', {
    detail: { host: authority.slice(0, 200) },
  });
}

/** The address that the client connected to, as it stands in a URL. */
function localHostOf({ socket }: IncomingMessage): string | undefined {
  const address = socket.localAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  return address === undefined ? undefined : hostnameIn(address.includes(':') ? `[${address}]` : address);
}

/** The origins of a page of this server. A proxy may speak TLS for it, though not under a name of loopback. */
function originsOf({ socket }: IncomingMessage, authority: string | undefined): readonly string[] {
  const host = authority === undefined ? undefined : hostnameIn(authority);
  if (host === undefined) return [];
  const schemes = socket instanceof TLSSocket ? ['https'] : LOOPBACK.test(host) ? ['http'] : ['http', 'https'];
  return schemes.map((scheme) => new URL(`${scheme}://${authority}`).origin);
}
