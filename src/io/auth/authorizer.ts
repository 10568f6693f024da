import { isRemoraError } from '../../errors.js';
import { once } from '../async/once.js';
import { basicHeader, type Credential, type CredentialSource, secretsOf } from '../credentials/credential.js';
import type { HttpClient } from '../http/client.js';
import type { ConnectionOptions } from '../http/connection-options.js';
import type { HttpResponse } from '../http/response.js';
import { addSecret } from '../redact.js';
import { type Challenge, parseChallenges, refuseLong } from './challenge.js';
import { mergeScopes, secretKey, TokenCache } from './token-cache.js';
import { checkMayHaveCredentials, checkRealm, requestToken } from './token-request.js';

/** An action in a repository that a scope allows. */
export type Action = 'pull' | 'push' | 'delete';

/** How a registry wants to be spoken to, as its challenges showed. */
type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined };

/** A header for a request. */
export interface Authorization {
  readonly header: string;
  /** It was made just now, not remembered. */
  readonly isNew: boolean;
}

/** Tokens and schemes of the whole process: a second command asks for no second token. */
const tokens = new TokenCache();
const schemes = new Map<string, Scheme>();
const MAX_SCHEMES = 1000;

/** Options of {@link Authorizer}. */
export interface AuthorizerOptions {
  /** Origin that the credentials are for. */
  readonly origin: URL;
  /** Name of the registry in references: the key of its credentials. */
  readonly registry: string;
  /** Empty for requests to the registry as a whole. */
  readonly repository: string;
  /** Asked for at once, so that one token serves the whole command. */
  readonly actions: readonly Action[];
  readonly credentials: CredentialSource;
  readonly onCredentials?: ConnectionOptions['onCredentials'];
}

/** Answers the challenges of one registry for one repository: Basic, or Bearer with a token from the realm. */
export class Authorizer {
  #scopes: readonly string[];
  readonly #credential = new Map<string, Promise<Credential | undefined>>();
  readonly #key: string;

  constructor(
    private readonly http: HttpClient,
    private readonly options: AuthorizerOptions,
  ) {
    const { repository, actions, origin } = options;
    this.#scopes = repository === '' ? [] : [`repository:${repository}:${actions.join(',')}`];
    this.#key = `${origin.origin}/${repository}`;
  }

  /**
   * The `Authorization` header to send, undefined before the first challenge.
   *
   * @param from another repository that the request reads from
   */
  async header(from?: string, signal?: AbortSignal): Promise<string | undefined> {
    const scheme = schemes.get(this.#key);
    if (scheme === undefined) return undefined;
    try {
      return (await this.#headerFor(scheme, this.#wanted(from), undefined, signal))?.header;
    } catch (error) {
      if (!isRemoraError(error) || error.code !== 'UNREACHABLE') throw error;
      // Its token server is gone: the registry tells whether it has another one by now.
      schemes.delete(this.#key);
      return undefined;
    }
  }

  /**
   * Learns from a 401 and gives the header to try next; undefined without another to offer. A header that is
   * not new was good at another time, and is worth another question when it is refused.
   *
   * Scopes of a challenge are remembered once a token server gave a token for them: a refusal of more leaves what was
   * granted usable. A request that reads from another repository leaves nothing behind.
   *
   * @param sent the header that was refused
   * @param from as for {@link header}
   */
  async answer(
    response: HttpResponse,
    sent: string | undefined,
    signal?: AbortSignal,
    from?: string,
  ): Promise<Authorization | undefined> {
    const headers = response.headers('www-authenticate');
    const challenges = parseChallenges(headers);
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
    const credential = await this.#who();
    const scheme =
      bearer !== undefined
        ? this.#bearer(bearer)
        : challenges.some(({ scheme }) => scheme === 'basic')
          ? ({ kind: 'basic' } as const)
          : undefined;
    if (scheme === undefined) {
      refuseLong(headers, this.options.registry);
      return undefined;
    }
    const asked = (bearer?.parameters.get('scope') ?? '').split(/\s+/).filter((text) => text !== '');
    const wanted = this.#wanted(from, asked);
    const answer = await this.#headerFor(scheme, wanted, sent, signal, credential);
    if (answer === undefined || answer.header === sent) return undefined;
    if (from === undefined) this.#scopes = mergeScopes([...this.#scopes, ...wanted]);
    if (schemes.size >= MAX_SCHEMES) schemes.clear();
    schemes.set(this.#key, scheme);
    return answer;
  }

  #who(): Promise<Credential | undefined> {
    const { credentials, registry, repository } = this.options;
    return once(this.#credential, this.#key, () => credentials(registry, repository || undefined));
  }

  #bearer({ parameters }: Challenge): Scheme {
    const realm = checkRealm(parameters.get('realm') ?? '', this.options);
    return { kind: 'bearer', realm, service: parameters.get('service') };
  }

  /** Own scopes come first: some registries honour only the first. */
  #wanted(from: string | undefined, asked: readonly string[] = []): readonly string[] {
    const other = from === undefined ? [] : [`repository:${from}:pull`];
    return mergeScopes([...this.#scopes, ...other, ...asked]);
  }

  async #headerFor(
    scheme: Scheme,
    scopes: readonly string[],
    refused: string | undefined,
    signal: AbortSignal | undefined,
    known?: Credential,
  ): Promise<Authorization | undefined> {
    const credential = known ?? (await this.#who());
    for (const secret of secretsOf(credential)) addSecret(secret);
    if (scheme.kind === 'basic')
      return credential && 'password' in credential ? { header: basicHeader(credential), isNew: true } : undefined;
    if (credential && 'registryToken' in credential)
      return { header: `Bearer ${credential.registryToken}`, isNew: true };
    const { realm, service } = scheme;
    const { origin, registry, onCredentials } = this.options;
    if (credential !== undefined) checkMayHaveCredentials(realm, this.options);
    const key = secretKey(realm.href, service ?? '', ...secretsOf(credential));
    const question = { realm, service, scopes, credential, registry, signal };
    const ask = () => {
      if (credential !== undefined && realm.origin !== origin.origin) onCredentials?.(registry, realm.origin);
      return requestToken(this.http, question);
    };
    const { token, isNew } = await tokens.get(key, scopes, refused?.replace(/^Bearer /, ''), ask, signal);
    addSecret(token);
    return { header: `Bearer ${token}`, isNew };
  }
}
