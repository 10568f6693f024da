import { text } from 'node:stream/consumers';
import { RemoraError } from '../../errors.js';
import type { Credential, CredentialSource } from '../../io/credentials/credential.js';
import type { ConnectionOptions, RequestTrace } from '../../io/http/connection-options.js';
import { keepSecret } from '../../io/redact.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { OpenStoreOptions } from '../../store/open.js';
import { parseSize } from './amounts.js';
import { parseHeaders } from './headers.js';
import { type TlsFlags, tlsOptions, wantsTls } from './tls.js';

/** The values of `registryFlags`. */
export interface ConnectionFlags extends TlsFlags {
  /** Undefined leaves it to the host. */
  readonly 'plain-http'?: boolean | undefined;
  readonly header?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly 'password-stdin': boolean;
  readonly 'identity-token-stdin': boolean;
  readonly 'auth-file'?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly timeout: number;
  readonly 'max-wait': number;
  readonly 'chunk-size'?: string | undefined;
  readonly referrers?: ConnectionOptions['referrers'];
  readonly debug: boolean;
}

/** The source of secrets, and the receiver of notes. */
interface ConnectionEnvironment {
  readonly stdin: NodeJS.ReadStream;
  /** `REMORA_RETRY_DELAY`: milliseconds before a failed request is sent again. */
  readonly retryDelay: string | undefined;
  note(text: string): void;
}

/** Turns the flags into options of a store. */
export async function connectionOptions(
  flags: ConnectionFlags,
  environment: ConnectionEnvironment,
): Promise<OpenStoreOptions> {
  const { 'auth-file': authFile, debug } = flags;
  const credential = await readCredential(flags, environment.stdin);
  const note = debug ? environment.note : undefined;
  const told = new Set<string>();
  const options: ConnectionOptions = {
    plainHttp: flags['plain-http'] ?? (wantsTls(flags) ? false : undefined),
    ...(await tlsOptions(flags)),
    headers: parseHeaders(flags.header ?? []),
    concurrency: flags.concurrency,
    timeout: flags.timeout * 1000,
    maxWait: flags['max-wait'] * 1000,
    retryDelay: parseDelay(environment.retryDelay),
    chunkSize: flags['chunk-size'] === undefined ? undefined : parseSize('--chunk-size', flags['chunk-size']),
    referrers: flags.referrers,
    onRequest: flags.debug ? (trace) => environment.note(traceText(trace)) : undefined,
    onCredentials: flags.debug
      ? (registry, tokenServer) => {
          const text = `debug: the credentials for ${registry} go to ${tokenServer}, which it names as its token server`;
          if (!told.has(text)) environment.note(text);
          told.add(text);
        }
      : undefined,
    onCertificates: note && ((host, directory, files) => note(certificatesText(host, directory, files))),
    onWait: ({ host, status, milliseconds }) => {
      if (milliseconds >= 1000 || flags.debug)
        environment.note(`${host} answered ${status} and asks to wait ${Math.ceil(milliseconds / 1000)} s: waiting`);
    },
    onWarning: (host, text) => environment.note(`${host} warns: ${text}`),
  };
  if (flags.insecure) environment.note('warning: --insecure: certificates of the registry are not verified');
  if (credential !== undefined) note?.('debug: credentials: those of the command line');
  const credentials = credential ? async () => credential : await storedCredentials(authFile, note);
  return { ...options, ...given({ credentials }) };
}

/**
 * The stored credentials of a file, or with notes on where they are found; undefined where the usual lookup does.
 *
 * @param note gets a line of `--debug` for each registry
 */
export async function storedCredentials(
  authFile: string | undefined,
  note: ConnectionEnvironment['note'] | undefined,
): Promise<CredentialSource | undefined> {
  if (authFile === undefined && note === undefined) return undefined;
  const { dockerCredentials } = await import('../../io/credentials/lookup.js');
  const told = new Set<string>();
  return dockerCredentials(process.env, {
    authFile,
    onFound: (registry, from) => {
      const text = `debug: credentials for ${registry}: ${from ?? 'none'}`;
      if (!told.has(text)) note?.(text);
      told.add(text);
    },
  });
}

/** The line of `--debug` for the directory that decides about the certificates of a host. */
function certificatesText(host: string, directory: string, files: readonly string[]): string {
  return `debug: certificates for ${host}: ${files.length === 0 ? `${directory}, which has none` : files.join(', ')}`;
}

/** The line of `--debug` for a request. */
function traceText({ method, url, status, error, milliseconds, attempt, limits }: RequestTrace): string {
  const outcome = status === undefined ? (error ?? 'no answer') : String(status);
  const said = Object.entries(limits).map(([name, value]) => ` ${name}: ${value}`);
  const again = attempt === 1 ? '' : ` (attempt ${attempt})`;
  return `debug: ${method} ${url} ${outcome} ${Math.round(milliseconds)} ms${again}${said.join('')}`;
}

/** @throws RemoraError `INVALID_ARGUMENT` when standard input is empty or a terminal */
export async function readSecret(stdin: NodeJS.ReadStream, flag: string): Promise<string> {
  if (stdin.isTTY) {
    throw new RemoraError('INVALID_ARGUMENT', `${flag} reads standard input, which is a terminal`, {
      hint: `Write it into a pipe: echo "$SECRET" | remora …`,
    });
  }
  const secret = (await text(stdin)).replace(/\r?\n$/, '');
  if (secret === '') {
    throw new RemoraError('INVALID_ARGUMENT', `${flag} reads standard input, which is empty`, {
      hint: `Write it into a pipe: echo "$SECRET" | remora …`,
    });
  }
  keepSecret(secret);
  return secret;
}

/** The credential of the flags; undefined leaves it to the stored ones. */
async function readCredential(
  flags: Pick<ConnectionFlags, 'username' | 'password-stdin' | 'identity-token-stdin'>,
  stdin: NodeJS.ReadStream,
): Promise<Credential | undefined> {
  if (flags['identity-token-stdin']) return { identityToken: await readSecret(stdin, '--identity-token-stdin') };
  if (flags.username === undefined) return undefined;
  return { username: flags.username, password: await readSecret(stdin, '--password-stdin') };
}

function parseDelay(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new RemoraError('INVALID_ARGUMENT', `REMORA_RETRY_DELAY ${quote(text)} is not a number of milliseconds`, {
    found: text,
    hint: 'Unset it, or write it like 200',
  });
}
