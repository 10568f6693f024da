/** A finished request, for traces. It has no secrets: addresses are redacted. */
export interface RequestTrace {
  readonly method: string;
  /** The address, without passwords and without the values of query parameters that could be secret. */
  readonly url: string;
  /** HTTP status; undefined when no answer came. */
  readonly status?: number;
  /** Why no answer came. */
  readonly error?: string;
  /** Milliseconds until the head of the answer. */
  readonly milliseconds: number;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** The headers about the registry's limits (`ratelimit-*`, `x-ratelimit-*`, `retry-after`). */
  readonly limits: Readonly<Record<string, string>>;
}

/** A wait that a host asked for. */
export interface HostWait {
  readonly host: string;
  readonly status: number;
  readonly milliseconds: number;
}

/**
 * Most requests are small, and a tree of what is attached is as wide as this; files, which are large, are moved fewer at
 * a time by those who move them.
 */
export const DEFAULT_CONCURRENCY = 32;

/** Milliseconds. */
export const DEFAULT_TIMEOUT = 30_000;

/** How to reach a registry, and what to tell of it on the way. */
export interface ConnectionOptions {
  /**
   * Speak http (true) or https (false).
   *
   * @default https; with a loopback host what its port speaks, which is found out before a credential is sent
   */
  readonly plainHttp?: boolean | undefined;
  /** Requests under way to each host; fewer after it answered 429. @default 20 */
  readonly concurrency?: number | undefined;
  /** Milliseconds without a byte, in either direction, after which a request has failed. @default 30000 */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds that a request may wait in all because the host asked for it (`Retry-After`), and that all requests to the
   * host may wait while no wait helps. @default 60000
   */
  readonly maxWait?: number | undefined;
  /** Milliseconds before a failed request is sent again; doubled each time, with jitter. @default 200 */
  readonly retryDelay?: number | undefined;
  /** Bytes that one request of an upload carries at most. @default all, fewer where the registry asks for it */
  readonly chunkSize?: number | undefined;
  /**
   * How a registry says what is attached. `api`: only the Referrers API is asked, no referrers tag is read or written.
   * `tag`: the referrers tag has the list, the API is not asked. @default 'auto': both, as each registry has them
   */
  readonly referrers?: 'auto' | 'api' | 'tag' | undefined;
  /**
   * Certificates (PEM) to trust beside those of the system. @default `*.crt` of the host's directory in `certs.d` of Docker
   *   or containers
   */
  readonly ca?: string | undefined;
  /**
   * Certificate and key (PEM) to show to the registry, and to no other host. @default `*.cert` and `*.key` of the same
   *   directory
   */
  readonly clientCertificate?: { readonly cert: string; readonly key: string } | undefined;
  /** Do not verify the certificates of the registry's host. @default false */
  readonly insecure?: boolean | undefined;
  /** Headers for every request to the registry, and to no other host. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Called for every request after its answer, retries and redirects included. */
  readonly onRequest?: ((trace: RequestTrace) => void) | undefined;
  /** Called before a wait that the host asked for. */
  readonly onWait?: ((wait: HostWait) => void) | undefined;
  /**
   * Called before credentials of a registry go to a token server of another origin, for each token. A registry names its
   * token server itself.
   */
  readonly onCredentials?: ((registry: string, tokenServer: string) => void) | undefined;
  /** Called for a host whose certificates come from a directory of `certs.d`, with the paths of the files. */
  readonly onCertificates?: ((host: string, directory: string, files: readonly string[]) => void) | undefined;
  /** Called once for each text that a registry sends in `Warning: 299` headers (distribution-spec, "Warnings"). */
  readonly onWarning?: ((host: string, text: string) => void) | undefined;
}
