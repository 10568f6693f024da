import type { RemoraError } from '../../../errors.js';
import { type Action, Authorizer } from '../../../io/auth/authorizer.js';
import type { CredentialSource } from '../../../io/credentials/credential.js';
import type { HttpClient } from '../../../io/http/client.js';
import type { HttpBody, HttpRequest } from '../../../io/http/request.js';
import type { Document } from '../../../io/http/response.js';
import { discard, errorBody, type HttpResponse } from '../../../io/http/response.js';
import { isLoopback } from '../../../oci/names/reference.js';
import { responseError } from './errors.js';
import { ManifestCache } from './manifest-cache.js';

/** Options of a repository's client. */
export interface ClientOptions {
  readonly http: HttpClient;
  /** Name in references, `docker.io` for Docker Hub. */
  readonly registry: string;
  /** Empty for requests to the registry as a whole. */
  readonly repository: string;
  readonly actions: readonly Action[];
  readonly credentials: CredentialSource;
  /** Speak http. @default true for loopback hosts, else false */
  readonly plainHttp?: boolean | undefined;
  /** The user's own, for this registry. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds before something that failed is tried again. */
  readonly retryDelay?: number | undefined;
  /** Bytes that one request of an upload carries at most. */
  readonly chunkSize?: number | undefined;
}

/** A request to a repository. */
export interface ClientRequest {
  readonly method: HttpRequest['method'];
  /** A path below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Another repository of the registry that the request reads from. */
  readonly from?: string | undefined;
  /** Whether it may be sent again after a failure. @default true */
  readonly retry?: boolean;
  /** Whether an answer is final although its status is worth another attempt. @default none is */
  readonly isFinal?: HttpRequest['isFinal'];
  /** Whether it gets a connection of its own. @default false */
  readonly fresh?: boolean;
}

/** Speaks to one repository: knows its address, proves who we are, and answers a challenge once per request. */
export class RegistryClient {
  readonly registry: string;
  readonly repository: string;
  readonly base: URL;
  /** The registry has mounted a blob, so that its answers to a mount can be relied on. */
  mounts = false;
  readonly retryDelay: number | undefined;
  readonly chunkSize: number | undefined;
  /** The manifests that were read in this repository. */
  readonly manifests = new ManifestCache();
  readonly #headers: Readonly<Record<string, string>>;
  readonly #http: HttpClient;
  readonly #auth: Authorizer;

  constructor(options: ClientOptions) {
    this.registry = options.registry;
    this.repository = options.repository;
    this.base = registryUrl(options.registry, options.plainHttp, options.repository);
    this.#headers = options.headers ?? {};
    this.retryDelay = options.retryDelay;
    this.chunkSize = options.chunkSize;
    this.#http = options.http;
    this.#auth = new Authorizer(options.http, { ...options, origin: new URL(this.base.origin) });
  }

  /** Sends a request; any status is an answer. */
  send(request: ClientRequest): Promise<HttpResponse> {
    return this.#authorized(
      request,
      (prepared) => this.#http.request(prepared),
      (response) => response,
    );
  }

  /** Sends a request whose answer is a whole document of at most `limit` bytes; any status is an answer. */
  read(request: ClientRequest, limit: number, what: string): Promise<Document> {
    return this.#authorized(
      request,
      (prepared) => this.#http.read(prepared, limit, what),
      ({ response }) => response,
    );
  }

  /** Proves who we are as the registry wants it, and answers a challenge once. */
  async #authorized<T>(
    request: ClientRequest,
    send: (prepared: HttpRequest) => Promise<T>,
    responseOf: (answer: T) => HttpResponse,
  ): Promise<T> {
    const { target, from, ...rest } = request;
    const url = typeof target === 'string' ? new URL(target, this.base) : target;
    // Credentials and the user's headers are for the registry alone, also when it sends an upload elsewhere.
    const own = url.origin === this.base.origin;
    const attempt = (authorization: string | undefined) =>
      send({
        ...rest,
        url,
        headers: {
          ...(own ? this.#headers : {}),
          ...request.headers,
          ...(own && authorization !== undefined ? { authorization } : {}),
        },
      });
    let sent = own ? await this.#auth.header(from, request.signal) : undefined;
    let answer = await attempt(sent);
    for (let isOld = true; isOld; ) {
      const response = responseOf(answer);
      if (response.status !== 401 || response.url.origin !== this.base.origin) return answer;
      const better = await this.#auth.answer(response, sent, request.signal);
      if (better === undefined) return answer;
      await discard(response);
      sent = better.header;
      isOld = !better.isNew;
      answer = await attempt(sent);
    }
    return answer;
  }

  /**
   * Sends a request whose answer must have one of the given statuses.
   *
   * @param what the subject of the error message
   * @throws RemoraError by status, with what the registry said
   */
  async expect(statuses: readonly number[], what: string, request: ClientRequest): Promise<HttpResponse> {
    const response = await this.send(request);
    if (statuses.includes(response.status)) return response;
    throw await this.error(response, what);
  }

  async error(response: HttpResponse, what: string): Promise<RemoraError> {
    return this.errorOf({ response, bytes: await errorBody(response) }, what);
  }

  /** An answer that is not what was asked for, as an error. */
  errorOf({ response, bytes }: Document, what: string): RemoraError {
    return responseError(response, bytes, what, this.registry);
  }
}

/** The base of all requests to a repository; without one, of those to the registry as a whole. */
export function registryUrl(registry: string, plainHttp?: boolean, repository = ''): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const plain = plainHttp ?? isLoopback(host);
  return new URL(`${plain ? 'http' : 'https'}://${host}/v2/${repository === '' ? '' : `${repository}/`}`);
}
