import type { RemoraError } from '../../errors.js';
import { type Action, Authorizer } from '../../io/auth.js';
import type { CredentialSource } from '../../io/credentials.js';
import { discard, type HttpBody, type HttpClient, type HttpRequest, type HttpResponse } from '../../io/http.js';
import { isLoopback } from '../../oci/reference.js';
import { responseError } from './errors.js';
import { ManifestCache } from './manifest-cache.js';

/** What one repository's client needs to know. */
export interface ClientOptions {
  readonly http: HttpClient;
  /** Name in references, `docker.io` for Docker Hub. */
  readonly registry: string;
  readonly repository: string;
  readonly actions: readonly Action[];
  readonly credentials: CredentialSource;
  /** Speak http. @default true for loopback hosts, else false */
  readonly plainHttp?: boolean | undefined;
}

/** One request to a repository. */
export interface ClientRequest {
  readonly method: HttpRequest['method'];
  /** A path below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Speaks to one repository: knows its address, proves who we are, and answers a challenge once per request. */
export class RegistryClient {
  readonly registry: string;
  readonly repository: string;
  readonly base: URL;
  /** The registry has mounted a blob, so that its answers to a mount can be relied on. */
  mounts = false;
  /** What was read in this repository. */
  readonly manifests = new ManifestCache();
  readonly #http: HttpClient;
  readonly #auth: Authorizer;

  constructor(options: ClientOptions) {
    this.registry = options.registry;
    this.repository = options.repository;
    this.#http = options.http;
    const host = options.registry === 'docker.io' ? 'registry-1.docker.io' : options.registry;
    const plain = options.plainHttp ?? isLoopback(host);
    this.base = new URL(`${plain ? 'http' : 'https'}://${host}/v2/${options.repository}/`);
    this.#auth = new Authorizer(options.http, { ...options, origin: new URL(this.base.origin) });
  }

  /** Sends a request; any status is an answer. */
  async send(request: ClientRequest): Promise<HttpResponse> {
    const url = typeof request.target === 'string' ? new URL(request.target, this.base) : request.target;
    // Credentials are for the registry alone, also when it sends an upload elsewhere.
    const own = url.origin === this.base.origin;
    const attempt = (authorization: string | undefined) =>
      this.#http.request({
        method: request.method,
        url,
        headers: { ...request.headers, ...(own && authorization !== undefined ? { authorization } : {}) },
        body: request.body,
        signal: request.signal,
      });
    const sent = this.#auth.header;
    const response = await attempt(sent);
    if (response.status !== 401 || response.url.origin !== this.base.origin) return response;
    if (!(await this.#auth.answer(response, own ? sent : undefined, request.signal))) return response;
    await discard(response);
    return attempt(this.#auth.header);
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

  error(response: HttpResponse, what: string): Promise<RemoraError> {
    return responseError(response, what, this.registry);
  }
}
