import { onTestFinished } from 'vitest';
import { HttpClient, type HttpOptions } from '../../../../src/io/http/client.js';
import type { Exchange } from '../../../support/exchange.js';
import { type Listener, listen, type TrafficOptions } from '../../../support/loopback.js';
import { createRequestLog, type RequestLog } from '../../../support/request-log.js';

/** A server for the running test, with its traffic recorded and disturbed. */
export async function serve(
  handle: (exchange: Exchange) => Promise<void>,
  options: TrafficOptions = {},
): Promise<Listener & RequestLog> {
  const recorder = createRequestLog();
  const listener = await listen(recorder, options, handle);
  onTestFinished(() => listener.close());
  return { ...listener, ...recorder.log };
}

/** A client for the running test that comes back soon after a failure. */
export function client(options?: HttpOptions): HttpClient {
  const made = new HttpClient({ retryDelay: 5, timeout: 300, ...options });
  onTestFinished(() => made.close());
  return made;
}
