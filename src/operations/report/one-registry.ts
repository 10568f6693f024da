import { RemoraError } from '../../errors.js';
import type { ConnectionOptions } from '../../io/http/connection-options.js';
import type { Place } from '../../oci/names/place.js';
import { registryOf } from '../places/elsewhere.js';
import type { Stored } from '../places/location.js';

/** Holds that what is given for one registry goes to one: secrets in headers, a client certificate, a weaker connection. */
export class OneRegistry {
  readonly #isForOne: boolean;
  #registry: string | undefined;
  #refusal: RemoraError | undefined;

  constructor({ headers = {}, clientCertificate, plainHttp, insecure }: ConnectionOptions = {}) {
    this.#isForOne =
      Object.keys(headers).length > 0 || clientCertificate !== undefined || plainHttp === true || insecure === true;
  }

  /** @throws RemoraError `INVALID_ARGUMENT` for a second registry */
  check(at: Place | Stored): void {
    const registry = registryOf(at);
    if (!this.#isForOne || registry === undefined) return;
    this.#registry ??= registry;
    if (registry === this.#registry) return;
    this.#refusal = new RemoraError(
      'INVALID_ARGUMENT',
      `references name ${this.#registry} and ${registry}, and the connection was described for one registry`,
      { hint: 'Make a report for each registry, and join them with --merge; or leave out headers and TLS options' },
    );
    throw this.#refusal;
  }

  /** Whether an error ends the report, and is not the failure of one image. */
  isRefusal(error: unknown): boolean {
    return error !== undefined && error === this.#refusal;
  }
}
