import * as z from 'zod';
import { isRemoraError, RemoraError } from '../../errors.js';
import { isLoopback } from '../../oci/names/reference.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { given } from '../../oci/values/given.js';
import { basicHeader, type Credential } from '../credentials/credential.js';
import { namedNetwork } from '../http/addresses.js';
import type { HttpClient } from '../http/client.js';
import type { HttpRequest } from '../http/request.js';
import type { HttpResponse } from '../http/response.js';
import { addSecret } from '../redact.js';
import { loginHint } from './login-hint.js';

const tokenSchema = () =>
  z.looseObject({
    token: z.string().nullish(),
    access_token: z.string().nullish(),
    // Some servers send text; a lifetime that cannot be read is the default one.
    expires_in: z.unknown().optional(),
  });
const MAX_TOKEN_ANSWER = 64 * 1024;

/** A question to a token server. */
export interface TokenQuestion {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credential: Credential | undefined;
  /** Name of the registry, for messages. */
  readonly registry: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The address of a token server, from a challenge. It gets credentials, so it must not be weaker than the registry
 * itself (GHSA-28r5-37g7-p6mp, CVE-2020-15157), nor a service of the machine that asks (CVE-2026-33540).
 */
export function checkRealm(text: string, { origin, registry }: { origin: URL; registry: string }): URL {
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  if (realm === undefined || !/^https?:$/.test(realm.protocol) || realm.username !== '' || realm.password !== '') {
    throw new RemoraError(
      'UNAUTHORIZED',
      `${registry} names ${JSON.stringify(text)} as its token server, which is not an http address`,
    );
  }
  const nothingSent = { hint: 'No credential was sent there; tell the operator of the registry' };
  if (realm.protocol === 'http:' && origin.protocol === 'https:') {
    throw new RemoraError(
      'UNAUTHORIZED',
      `${registry} wants its token fetched over plain http from ${realm.host}`,
      nothingSent,
    );
  }
  const network = namedNetwork(realm.hostname);
  if ((network === 'link-local' || network === 'metadata') && realm.hostname !== origin.hostname) {
    throw new RemoraError(
      'UNAUTHORIZED',
      `${registry} names ${realm.host} as its token server, an address of this machine's own network`,
      nothingSent,
    );
  }
  realm.hash = '';
  return realm;
}

/**
 * Credentials go to a token server on another host over TLS alone: over plain http each machine in between reads them, and
 * a registry that is spoken to in plain http could be such a machine. All loopback hosts are one.
 *
 * @throws RemoraError `UNAUTHORIZED`
 */
export function checkMayHaveCredentials(realm: URL, { origin, registry }: { origin: URL; registry: string }): void {
  const isSame = realm.hostname === origin.hostname || (isLoopback(realm.host) && isLoopback(origin.host));
  if (realm.protocol === 'https:' || isSame) return;
  throw new RemoraError(
    'UNAUTHORIZED',
    `${registry} wants its credentials sent over plain http to ${realm.host}, which is another host`,
    { hint: 'No credential was sent there; tell the operator of the registry to use https' },
  );
}

/**
 * Asks for a token: with GET, as the token specification has it, or with POST for a refresh token (OAuth 2). Where GET
 * is not known, a password is sent by POST as well.
 *
 * @throws RemoraError `UNAUTHORIZED`, `FORBIDDEN`, `BUSY`, `MALFORMED`, or a network error
 */
export async function requestToken(
  http: HttpClient,
  question: TokenQuestion,
): Promise<{ readonly token: string; readonly expiresIn: number | undefined }> {
  const { realm, registry, credential } = question;
  const what = `answer of token server ${realm.host}`;
  let answer = await ask(http, question, credential !== undefined && 'identityToken' in credential);
  if ((answer.response.status === 404 || answer.response.status === 405) && credential && 'password' in credential)
    answer = await ask(http, question, true);
  if (answer.response.status !== 200) throw refusal(answer.response.status, realm, registry, credential);
  const fields = checkShape(tokenSchema(), parseJson(answer.bytes, what), what);
  const token = fields.access_token || fields.token;
  // It becomes a header: bytes other than visible ASCII could add another.
  if (!token || !/^[\x21-\x7e]+$/.test(token)) throw new RemoraError('MALFORMED', `${what} has no token`);
  addSecret(token);
  return { token, expiresIn: secondsOf(fields.expires_in) };
}

function secondsOf(lifetime: unknown): number | undefined {
  const seconds = typeof lifetime === 'string' && /^\d{1,9}$/.test(lifetime) ? Number(lifetime) : lifetime;
  return typeof seconds === 'number' ? seconds : undefined;
}

function ask(
  http: HttpClient,
  question: TokenQuestion,
  post: boolean,
): Promise<{ response: HttpResponse; bytes: Buffer }> {
  const { realm, service, scopes, credential, signal } = question;
  const url = new URL(realm);
  // A redirect of GET stays with the server that the credentials are for; a POST carries them in its body.
  const read = async (request: HttpRequest) => {
    const redirect = request.method === 'GET' ? 'same-origin' : 'error';
    try {
      return await http.read({ ...request, redirect }, MAX_TOKEN_ANSWER, `answer of token server ${realm.host}`);
    } catch (error) {
      if (!isRemoraError(error) || error.code !== 'REJECTED') throw error;
      throw new RemoraError('UNAUTHORIZED', `token server ${realm.host} cannot be used: ${error.message}`, {
        cause: error,
        hint: 'No credential was sent further; tell the operator of the registry',
      });
    }
  };
  const fields = new URLSearchParams();
  if (service !== undefined) fields.set('service', service);
  if (!post) {
    for (const [name, value] of fields) url.searchParams.set(name, value);
    if (scopes.length > 0) url.searchParams.set('scope', scopes.join(' '));
    const authorization = credential && 'password' in credential ? basicHeader(credential) : undefined;
    return read({
      method: 'GET',
      url,
      headers: { accept: 'application/json', ...given({ authorization }) },
      signal,
    });
  }
  if (scopes.length > 0) fields.set('scope', scopes.join(' '));
  fields.set('client_id', 'remora');
  if (credential && 'identityToken' in credential) {
    fields.set('grant_type', 'refresh_token');
    fields.set('refresh_token', credential.identityToken);
  } else if (credential && 'password' in credential) {
    fields.set('grant_type', 'password');
    fields.set('username', credential.username);
    fields.set('password', credential.password);
  }
  const bytes = Buffer.from(fields.toString());
  return read({
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: { size: bytes.byteLength, open: async () => bytes },
    signal,
  });
}

function refusal(status: number, realm: URL, registry: string, credential: Credential | undefined): RemoraError {
  if (status === 429 || status >= 500)
    return new RemoraError('BUSY', `token server ${realm.host} answered ${status}`, { status });
  const named = credential && 'username' in credential ? credential.username : undefined;
  const who =
    credential === undefined
      ? 'an anonymous token'
      : named === undefined
        ? 'the identity token'
        : `a token to ${named}`;
  return new RemoraError(
    status === 403 ? 'FORBIDDEN' : 'UNAUTHORIZED',
    `token server ${realm.host} refused ${who}: ${status}`,
    { status, hint: loginHint(registry) },
  );
}
