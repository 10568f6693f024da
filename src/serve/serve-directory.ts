import { stat } from 'node:fs/promises';
import { RemoraError } from '../errors.js';
import { fileError, ifSystemError } from '../io/files/system-error.js';
import { quote } from '../oci/text/quote.js';
import { openRepositories } from '../store/layout/hosting/repositories.js';
import { type GcLog, type GcOptions, keepCollected } from './collect.js';
import { type Listening, type ListenOptions, listen } from './listen.js';
import { createListener, type PageCall, type ServerOptions } from './server.js';
import { keepSwept } from './uploads.js';
import { type AnsweredHosts, hostnameIn, LOOPBACK } from './web-pages.js';

/** Options of {@link serveDirectory}. */
export interface ServeDirectoryOptions
  extends Pick<ListenOptions, 'host' | 'port' | 'tls' | 'connections'>,
    Pick<ServerOptions, 'readOnly' | 'onRequest' | 'name' | 'limits'> {
  /** Let in only the users of this file (`htpasswd -B`). @default everybody */
  readonly htpasswd?: string | undefined;
  /** Create no repository beyond so many. @default no limit */
  readonly maxRepositories?: number | undefined;
  /** Remove what nothing names from time to time. @default never */
  readonly gc?: GcOptions | undefined;
  /** Called with what `gc` removed from a repository, and why not all. */
  readonly onCollected?: ((log: GcLog) => void) | undefined;
  /** Answers what is asked for outside of `/v2/`. @default 404 */
  readonly pages?: ((call: PageCall) => Promise<void>) | undefined;
  /** Told when the file of users has changed, and cannot be read or has wrong lines. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /**
   * Names that it answers to, beside `host` and loopback's; 421 for others.
   *
   * @default where it listens on loopback none, else any
   */
  readonly allowHosts?: readonly string[] | undefined;
}

/** A directory that is served. */
export interface ServedDirectory extends Listening {
  /** The names of the repositories at the start. */
  readonly repositories: readonly string[];
  /** Whether the directory existed at the start; else the first push creates it. */
  readonly isThere: boolean;
}

/**
 * Serves an image layout as one repository, or a directory of layouts, which the first push creates.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a file, and for a host that others can reach without users and TLS;
 * `NOT_FOUND`, `EXISTS` (the port is taken), `MALFORMED`, `IO`
 */
export async function serveDirectory(directory: string, options: ServeDirectoryOptions = {}): Promise<ServedDirectory> {
  const { host = '127.0.0.1', port, tls, name, readOnly, htpasswd, onRequest, limits } = options;
  checkProtected(host, options);
  const isThere = await checkDirectory(directory, readOnly ?? false);
  const passwords =
    htpasswd === undefined
      ? undefined
      : await (await import('./users/passwords.js')).readHtpasswd(htpasswd, { onWarning: options.onWarning });
  const repositories = await openRepositories(directory, { name, maxRepositories: options.maxRepositories });
  const hosts = hostsFor(host, options.allowHosts ?? []);
  const authenticate = passwords?.check;
  const how = { readOnly, authenticate, onRequest, hosts, limits };
  const answered = createListener(repositories, how, options.pages);
  const server = await listen(answered, { host, port, tls, connections: options.connections });
  const sweeping = readOnly ? undefined : keepSwept(repositories);
  const collecting = options.gc && keepCollected(repositories, options.gc, options.onCollected);
  const close = async (grace?: number) => {
    sweeping?.stop();
    collecting?.stop();
    await server.close(grace);
    await passwords?.[Symbol.asyncDispose]();
  };
  return {
    url: server.url,
    host: server.host,
    repositories: await repositories.names(),
    isThere,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** A web page can reach loopback under any name that its DNS turns to it, so there every other name is refused. */
function hostsFor(host: string, allowed: readonly string[]): AnsweredHosts {
  const listed = allowed.map((name) => {
    const hostname = /\]:\d*$/.test(name) ? undefined : hostnameIn(inUrl(name));
    if (hostname !== undefined) return hostname;
    throw new RemoraError('INVALID_ARGUMENT', `${quote(name)} is not a host that a request names`, {
      found: name,
      hint: 'Write a name or an address, without a scheme and without a port',
    });
  });
  if (listed.length === 0 && !LOOPBACK.test(inUrl(host))) return 'any';
  return [...listed, hostnameIn(inUrl(host)) ?? host];
}

function inUrl(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function checkProtected(host: string, { tls, htpasswd }: ServeDirectoryOptions): void {
  if (LOOPBACK.test(inUrl(host)) || (tls !== undefined && htpasswd !== undefined)) return;
  throw new RemoraError(
    'INVALID_ARGUMENT',
    `${host} can be reached by others, and needs --htpasswd with --cert-file and --key-file`,
    { found: host, hint: 'Give them, or listen on 127.0.0.1' },
  );
}

/** Whether the directory exists. A first push creates it; where none is possible, it is a mistake in the path. */
async function checkDirectory(path: string, readOnly: boolean): Promise<boolean> {
  const info = await ifSystemError(stat(path), ...(readOnly ? [] : ['ENOENT'])).catch((error: unknown) => {
    throw fileError(error, path);
  });
  if (info !== undefined && !info.isDirectory())
    throw new RemoraError('INVALID_ARGUMENT', `${path} is a file, wanted a directory`, {
      found: path,
      hint: 'Name a directory with layouts, or a layout; remora copy makes a layout of an archive',
    });
  return info !== undefined;
}
