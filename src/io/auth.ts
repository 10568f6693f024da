import { z } from 'zod';
import { RemoraError } from '../errors.js';
import { checkShape, parseJson } from '../oci/json.js';
import { type Challenge, parseChallenges } from './challenge.js';
import type { Credential, CredentialSource } from './credentials.js';
import { discard, type HttpClient, type HttpResponse, readBody } from './http.js';

/** What may be done in a repository. */
export type Action = 'pull' | 'push' | 'delete';

const tokenSchema = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });
const MAX_TOKEN_ANSWER = 64 * 1024;

/** Options of {@link Authorizer}. */
export interface AuthorizerOptions {
  /** Origin that the credentials are for. */
  readonly origin: URL;
  /** Name of the registry in references: the key of its credentials. */
  readonly registry: string;
  readonly repository: string;
  /** Asked for at once, so that one token serves the whole command. */
  readonly actions: readonly Action[];
  readonly credentials: CredentialSource;
}

/** Answers the challenges of one registry for one repository: Basic, or Bearer with a token from the realm. */
export class Authorizer {
  #header: string | undefined;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly http: HttpClient,
    private readonly options: AuthorizerOptions,
  ) {}

  /** The `Authorization` header that was accepted last, undefined before the first challenge. */
  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Prepares the header that answers a 401. Gives false when there is nothing (better) to offer.
   *
   * @param sent the header that was refused
   */
  async answer(response: HttpResponse, sent: string | undefined, signal?: AbortSignal): Promise<boolean> {
    // Another request was challenged at the same time and has the answer already.
    if (this.#header !== undefined && this.#header !== sent) return true;
    const challenges = parseChallenges(response.headers('www-authenticate'));
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    if (bearer === undefined && basic === undefined) return false;
    const credential = await this.options.credentials(this.options.registry);
    const header =
      bearer !== undefined
        ? `Bearer ${await this.#token(bearer, credential, sent, signal)}`
        : credential && basicHeader(credential);
    if (header === undefined || header === sent) return false;
    this.#header = header;
    return true;
  }

  async #token(
    challenge: Challenge,
    credential: Credential | undefined,
    refused: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const realm = this.#realm(challenge.parameters.get('realm') ?? '');
    const service = challenge.parameters.get('service');
    if (service !== undefined) realm.searchParams.set('service', service);
    const scope = this.#scope(challenge.parameters.get('scope'));
    if (scope !== '') realm.searchParams.set('scope', scope);
    const key = realm.href;
    const known = this.#tokens.get(key);
    // A token that was good and is refused now has expired. Others may have seen so at the same time.
    if (known !== undefined && `Bearer ${await known}` !== refused) return known;
    const other = this.#tokens.get(key);
    if (other !== undefined && other !== known) return other;
    const token = this.#fetchToken(realm, credential, signal);
    this.#tokens.set(key, token);
    token.catch(() => this.#tokens.delete(key));
    return token;
  }

  /** The realm gets credentials: it must not be weaker than the registry itself (GHSA-28r5-37g7-p6mp, CVE-2020-15157). */
  #realm(text: string): URL {
    const { origin, registry } = this.options;
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    if (realm === undefined || !/^https?:$/.test(realm.protocol) || realm.username !== '' || realm.password !== '') {
      throw new RemoraError(
        'UNAUTHORIZED',
        `${registry} names ${JSON.stringify(text)} as its token server, which is no http address`,
      );
    }
    if (realm.protocol === 'http:' && origin.protocol === 'https:') {
      throw new RemoraError('UNAUTHORIZED', `${registry} wants its token fetched over plain http from ${realm.host}`, {
        hint: 'Nothing was sent there; tell whoever runs the registry',
      });
    }
    return realm;
  }

  /** What was challenged for, and what this command will need in its own repository anyway. */
  #scope(challenged: string | undefined): string {
    const { repository, actions } = this.options;
    const own = new Set<string>(actions);
    const others: string[] = [];
    for (const scope of (challenged ?? '').split(/\s+/).filter((part) => part !== '')) {
      const match = /^repository:(.+):([^:]*)$/.exec(scope);
      if (match?.[1] === repository) for (const action of match[2]?.split(',') ?? []) own.add(action);
      else others.push(scope);
    }
    return [`repository:${repository}:${[...own].join(',')}`, ...others].join(' ');
  }

  async #fetchToken(realm: URL, credential: Credential | undefined, signal: AbortSignal | undefined): Promise<string> {
    const response = await this.http.request({
      method: 'GET',
      url: realm,
      headers: {
        accept: 'application/json',
        ...(credential === undefined ? {} : { authorization: basicHeader(credential) }),
      },
      signal,
      redirect: 'error',
    });
    if (response.status !== 200) {
      await discard(response);
      const { status } = response;
      const who = credential === undefined ? 'an anonymous token' : `a token to ${credential.username}`;
      if (status === 429 || status >= 500)
        throw new RemoraError('BUSY', `token server ${realm.host} answered ${status}`, { status });
      throw new RemoraError(
        status === 403 ? 'FORBIDDEN' : 'UNAUTHORIZED',
        `token server ${realm.host} refused ${who}: ${status}`,
        {
          status,
          hint: loginHint(this.options.registry),
        },
      );
    }
    const what = `answer of token server ${realm.host}`;
    const answer = checkShape(
      tokenSchema,
      parseJson(await readBody(response, MAX_TOKEN_ANSWER, what, signal), what),
      what,
    );
    const token = answer.access_token || answer.token;
    if (!token || !/^[\x21-\x7e]+$/.test(token)) throw new RemoraError('MALFORMED', `${what} has no token`);
    return token;
  }
}

function basicHeader({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The next step for somebody who is not logged in, or not with the right account. */
export function loginHint(registry: string): string {
  return `Log in to ${registry} with docker login or oras login, or check which account is in Docker's config.json`;
}
