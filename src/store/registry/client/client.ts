import type { RemoraError } from '../../../errors.js';
import { type Action, Authorizer } from '../../../io/auth/authorizer.js';
import type { CredentialSource } from '../../../io/credentials/credential.js';
import type { HttpClient } from '../../../io/http/client.js';
import type { ConnectionOptions } from '../../../io/http/connection-options.js';
import type { HttpBody, HttpRequest } from '../../../io/http/request.js';
import type { Document } from '../../../io/http/response.js';
import { discard, errorBody, type HttpResponse } from '../../../io/http/response.js';
import { isLoopback } from '../../../oci/names/reference.js';
import { BlobSources } from './blob-sources.js';
import { responseError } from './errors.js';
import { HeadRefusals } from './head-refusals.js';
import { ManifestCache } from './manifest-cache.js';
import { type SeveralTags, severalTagsOf } from './several-tags.js';

/** Options of a repository's client. */
export interface ClientOptions {
  readonly http: HttpClient;
  /** Name in references, `docker.io` for Docker Hub. */
  readonly registry: string;
  /** Empty for requests to the registry as a whole. */
  readonly repository: string;
  readonly actions: readonly Action[];
  readonly credentials: CredentialSource;
  /** Speak http. @default false, and for loopback hosts what the port speaks */
  readonly plainHttp?: boolean | undefined;
  /** The user's own, for this registry. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds before something that failed is tried again. */
  readonly retryDelay?: number | undefined;
  /** Bytes that one request of an upload carries at most. */
  readonly chunkSize?: number | undefined;
  readonly onCredentials?: ConnectionOptions['onCredentials'];
}

/** A request to a repository. */
export interface ClientRequest {
  readonly method: HttpRequest['method'];
  /** A path below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A repository of the registry that the request reads from; its scopes hold for this request alone. */
  readonly from?: string | undefined;
  /** Whether it may be sent again after a failure. @default true */
  readonly retry?: boolean | 'limited';
  /** Whether an answer is final although its status is worth another attempt. @default none is */
  readonly isFinal?: HttpRequest['isFinal'];
  /** Whether it gets a connection of its own. @default false */
  readonly fresh?: boolean;
}

/** Speaks to one repository: knows its address, proves who we are, and answers a challenge once per request. */
export class RegistryClient {
  readonly registry: string;
  readonly repository: string;
  #base: URL;
  /** The registry has mounted a blob, so that its answers to a mount can be relied on. */
  mounts = false;
  /** The repositories that it has refused to mount from. */
  readonly unmountable = new Set<string>();
  readonly retryDelay: number | undefined;
  readonly chunkSize: number | undefined;
  /** The manifests that were read in this repository. */
  readonly manifests = new ManifestCache();
  readonly heads = new HeadRefusals();
  readonly severalTags: SeveralTags;
  /** The content of blobs that were written in this repository. */
  readonly sources = new BlobSources();
  readonly #headers: Readonly<Record<string, string>>;
  readonly #http: HttpClient;
  #auth: Authorizer;
  /** Whether the port has yet to be asked what it speaks. */
  #isOpen: boolean;

  constructor(private readonly options: ClientOptions) {
    this.registry = options.registry;
    this.repository = options.repository;
    this.#base = registryUrl(options.registry, options.plainHttp, options.repository);
    this.#isOpen = options.plainHttp === undefined && this.#base.protocol === 'http:';
    this.#headers = options.headers ?? {};
    this.retryDelay = options.retryDelay;
    this.chunkSize = options.chunkSize;
    this.#http = options.http;
    this.severalTags = severalTagsOf(options.http);
    this.#auth = this.#authorizer();
  }

  get base(): URL {
    return this.#base;
  }

  #authorizer(): Authorizer {
    return new Authorizer(this.#http, { ...this.options, origin: new URL(this.#base.origin) });
  }

  /** Learns what the port of a loopback host speaks, before a credential or a header of the user is sent. */
  async #locate({ method, target, signal }: ClientRequest): Promise<void> {
    const path = typeof target === 'string' ? target : target.pathname;
    const origin = await this.#http.locate({ method, url: new URL(path, this.#base), signal });
    this.#isOpen = false;
    if (origin.origin === this.#base.origin) return;
    this.#base = new URL(this.#base.pathname, origin);
    this.#auth = this.#authorizer();
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
    if (this.#isOpen) await this.#locate(request);
    const { target, from, ...rest } = request;
    const url = typeof target === 'string' ? new URL(target, this.#base) : target;
    // Credentials and the user's headers are for the registry alone, also when it sends an upload elsewhere.
    const own = url.origin === this.#base.origin;
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
      if (response.status !== 401 || response.url.origin !== this.#base.origin) return answer;
      const better = await this.#auth.answer(response, sent, request.signal, from);
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

/**
 * The base of all requests to a repository; without one, of those to the registry as a whole. A loopback host has http
 * until its port was asked.
 */
export function registryUrl(registry: string, plainHttp?: boolean, repository = ''): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const plain = plainHttp ?? isLoopback(host);
  return new URL(`${plain ? 'http' : 'https'}://${host}/v2/${repository === '' ? '' : `${repository}/`}`);
}
