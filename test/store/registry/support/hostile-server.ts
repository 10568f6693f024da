import { onTestFinished } from 'vitest';
import { MediaType } from '../../../../src/oci/values/media-types.js';
import type { Exchange } from '../../../support/exchange.js';
import { type Listener, listen, type TrafficOptions } from '../../../support/loopback.js';
import { createRequestLog, type RequestLog } from '../../../support/request-log.js';
import { text } from '../../support/artifacts.js';
import { openStore, REPOSITORY } from './start.js';

/** A server of somebody who means harm, for the running test: it answers as it likes. */
export async function hostile(
  handle: (exchange: Exchange, own: Listener) => Promise<void>,
  options: TrafficOptions = {},
): Promise<Listener & RequestLog> {
  const recorder = createRequestLog();
  const listener: Listener = await listen(recorder, options, (exchange) => handle(exchange, listener));
  onTestFinished(() => listener.close());
  return { ...listener, ...recorder.log };
}

/** A body without end, until the client goes away. */
export async function* endless(piece: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(piece);
  for (;;) yield bytes;
}

/** A small manifest, and the headers of its answer. */
export const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: MediaType.imageManifest,
  config: text('{}').descriptor,
  layers: [],
});
export const TYPE = { 'content-type': MediaType.imageManifest };
export const INDEX = { 'content-type': MediaType.imageIndex };

/** A registry that answers everything so. */
export async function answering(
  status: number,
  headers: Record<string, string>,
  body?: () => string | Uint8Array | AsyncIterable<Uint8Array>,
) {
  const registry = await hostile((exchange) => exchange.reply(status, headers, body?.()));
  return { registry, store: openStore(registry.host, REPOSITORY, { timeout: 500 }) };
}
