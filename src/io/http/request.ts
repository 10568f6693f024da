import type { HttpResponse } from './response.js';

/** A body that can be made again for a repeated request. */
export interface HttpBody {
  readonly size: number;
  open(): Promise<AsyncIterable<Uint8Array> | Uint8Array>;
}

/** A request. Header names are lower-case. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The treatment of a redirect; `same-origin` follows it within the origin of the request. @default 'follow' */
  readonly redirect?: 'follow' | 'same-origin' | 'error';
  /** Whether it may be sent again after a failure; `limited`: after 429 alone. @default true */
  readonly retry?: boolean | 'limited';
  /** Whether an answer is final although its status is worth another attempt. @default none is */
  readonly isFinal?: ((response: HttpResponse) => boolean) | undefined;
  /** Whether its connection ends with it. @default false */
  readonly fresh?: boolean;
}
