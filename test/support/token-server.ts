import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange } from './exchange.js';
import { type Listener, listen, type TrafficOptions } from './loopback.js';
import { decodeBasic } from './registry-auth.js';
import { createRequestLog, type RequestLog } from './request-log.js';
import { covers, grant } from './token-scopes.js';

/** What a client asked the token server for. */
export interface TokenQuestion {
  readonly method: string;
  /** As given, whether or not the password was right. */
  readonly user: string | undefined;
  readonly grantType: string | undefined;
  readonly service: string;
  readonly scopes: readonly string[];
}

export interface TokenServerOptions extends TrafficOptions {
  /** Name to password; wrong ones get 401. @default none */
  readonly users?: Readonly<Record<string, string>>;
  /** Refresh token to the name of its user. @default none */
  readonly refreshTokens?: Readonly<Record<string, string>>;
  /** What a user (undefined: nobody) may do. @default everything */
  readonly access?: (user: string | undefined, repository: string, action: string) => boolean;
  /** Only the first scope is granted, as some registries have it. @default false */
  readonly firstScopeOnly?: boolean;
  /** Name of the answer's field. @default 'token' */
  readonly field?: 'token' | 'access_token' | 'both';
  /** `expires_in`, seconds. @default 300 */
  readonly expiresIn?: number | 'none';
  /** Milliseconds that a token works. @default for ever */
  readonly lifetime?: number;
  /** Whether POST is known; else 404. @default true */
  readonly post?: boolean;
  /** Another status than 200. */
  readonly status?: number;
  /** The answer is a redirect (307) to this URL. */
  readonly redirect?: string;
  /** The answer is padded to at least so many bytes. */
  readonly padTo?: number;
  /** Milliseconds before the answer, beside `latency`. */
  readonly delay?: number;
}

export interface TokenServer extends Listener, RequestLog {
  /** The URL for `realm`. */
  readonly realm: string;
  readonly questions: readonly TokenQuestion[];
  /** For `startRegistry({ auth: { type: 'bearer', verify } })`. */
  readonly verify: (token: string, scope: string) => boolean;
  /** Makes every token given out so far worthless. */
  revoke(): void;
}

interface IssuedToken {
  readonly scopes: readonly string[];
  readonly until: number;
}

export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const recorder = createRequestLog();
  const questions: TokenQuestion[] = [];
  const issued = new Map<string, IssuedToken>();
  const listener = await listen(recorder, options, async (exchange) => {
    const { question, user, denied } = await readQuestion(exchange, options);
    questions.push(question);
    if (options.delay) await sleep(options.delay);
    if (options.redirect !== undefined) {
      await exchange.reply(307, { location: options.redirect });
    } else if (denied !== undefined) {
      await exchange.reply(denied, { 'content-type': 'application/json' }, '{"errors":[{"code":"UNAUTHORIZED"}]}');
    } else {
      const token = randomUUID();
      const wanted = options.firstScopeOnly === true ? question.scopes.slice(0, 1) : question.scopes;
      const scopes = grant(wanted, (repository, action) => options.access?.(user, repository, action) ?? true);
      issued.set(token, { scopes, until: performance.now() + (options.lifetime ?? Infinity) });
      await exchange.reply(options.status ?? 200, { 'content-type': 'application/json' }, answer(options, token));
    }
  });
  return {
    ...recorder.log,
    ...listener,
    realm: `${listener.url}/token`,
    questions,
    revoke: () => issued.clear(),
    verify(token, scope) {
      const found = issued.get(token);
      return found !== undefined && performance.now() < found.until && covers(found.scopes, scope);
    },
  };
}

interface Reading {
  readonly question: TokenQuestion;
  readonly user: string | undefined;
  readonly denied?: number;
}

async function readQuestion(exchange: Exchange, options: TokenServerOptions): Promise<Reading> {
  const { method, query, request } = exchange;
  const posted = method === 'POST';
  const form = posted ? new URLSearchParams((await exchange.bytes(1_000_000))?.toString()) : query;
  const grantType = form.get('grant_type') ?? undefined;
  const basic = /^basic +(.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const [name, password] = posted ? [form.get('username'), form.get('password')] : decodeBasic(basic ?? '');
  const known = options.users ?? {};
  const right = name !== null && Object.hasOwn(known, name) && known[name] === password;
  const refreshed = options.refreshTokens?.[form.get('refresh_token') ?? ''];
  const user = grantType === 'refresh_token' ? refreshed : right ? name : undefined;
  const question = {
    method,
    user: user ?? (name || undefined),
    grantType,
    service: form.get('service') ?? '',
    scopes: form.getAll('scope').flatMap((scope) => scope.split(' ').filter(Boolean)),
  };
  if (posted ? options.post === false : method !== 'GET') return { question, user, denied: 404 };
  const anonymous = !posted && basic === undefined;
  return anonymous || user !== undefined ? { question, user } : { question, user, denied: 401 };
}

function answer({ field = 'token', expiresIn = 300, padTo = 0 }: TokenServerOptions, token: string): string {
  const text = JSON.stringify({
    ...(field !== 'access_token' && { token }),
    ...(field !== 'token' && { access_token: token }),
    ...(expiresIn !== 'none' && { expires_in: expiresIn }),
    issued_at: new Date().toISOString(),
  });
  return text.padEnd(padTo);
}
