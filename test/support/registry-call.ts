import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.js';
import type { RegistryOptions } from './registry-options.js';
import { isDigest, type RegistryState, type Repository } from './registry-state.js';

/** One request to the registry, routed. */
export interface Call {
  readonly exchange: Exchange;
  readonly options: RegistryOptions;
  readonly state: RegistryState;
  /** The repository's name; empty where the path names none. */
  readonly name: string;
  /** Tag, digest or upload id; empty where the path ends without. */
  readonly reference: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly otherHost: string;
  /** Whether the request came in at `otherHost`. */
  readonly elsewhere: boolean;
}

/** An answer with the specification's error body. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: OutgoingHttpHeaders = {},
  ) {
    super(message);
  }

  async send(exchange: Exchange): Promise<void> {
    const body = JSON.stringify({ errors: [{ code: this.code, message: this.message, detail: {} }] });
    await exchange.reply(this.status, { 'content-type': 'application/json', ...this.headers }, body);
  }
}

export function existingRepository({ state, name }: Call): Repository {
  const repository = state.repositories.get(name);
  if (repository === undefined) throw new Refusal(404, 'NAME_UNKNOWN', `repository ${name} is not known`);
  return repository;
}

export function checkDigest(text: string | null): string {
  if (text === null || !isDigest(text)) {
    throw new Refusal(400, 'DIGEST_INVALID', `not a sha256 or sha512 digest: ${text ?? '(none)'}`);
  }
  return text;
}

export function digestHeader({ options }: Call, digest: string): OutgoingHttpHeaders {
  return options.digestHeader === false ? {} : { 'docker-content-digest': digest };
}

export function checkDeletes({ options }: Call): void {
  if (options.deletes === false) throw new Refusal(405, 'UNSUPPORTED', 'deletes are switched off');
}

export function methodNotAllowed({ exchange }: Call): Refusal {
  return new Refusal(405, 'UNSUPPORTED', `${exchange.method} is not known here`);
}
