import type { Readable } from 'node:stream';
import { RemoraError } from '../../../errors.js';
import { pause } from '../../../io/async/pause.js';
import { networkError } from '../../../io/http/network-error.js';
import { steady } from '../../../io/http/pace.js';
import { checkEncoding, discard, type HttpResponse } from '../../../io/http/response.js';
import { backoff, mayRetry } from '../../../io/http/retry.js';
import { ChunkStream } from '../../../io/streams/chunk-stream.js';
import { verified } from '../../../io/streams/verify.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';

/**
 * Opens a blob. When the line breaks it goes on from there with `Range`, as long as bytes advance; the hash runs on over
 * all of them (distribution-spec, "Pulling blobs").
 *
 * @throws RemoraError `NOT_FOUND`; the stream ends with an error when size or digest differ
 */
export async function openBlob(
  client: RegistryClient,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<Readable> {
  const first = await getBlob(client, descriptor, 0, options);
  const body = { response: first };
  const content = new ChunkStream(whole(client, descriptor, body, options), () => body.response.body.destroy());
  return verified(content, descriptor);
}

/** Bytes that count as progress, after which the attempts begin anew. */
const PROGRESS = 64 * 1024;

/** @param body the answer that is read, so that it can be given up */
async function* whole(
  client: RegistryClient,
  descriptor: Descriptor,
  body: { response: HttpResponse },
  options: CallOptions,
): AsyncGenerator<Buffer> {
  let done = 0;
  let attempt = 1;
  let counted = 0;
  for (;;) {
    const { response } = body;
    // A server that does not know Range begins anew: what is here already is skipped, and the hash proves the rest.
    let skip = response.status === 206 ? 0 : done;
    try {
      for await (const chunk of steady(response)) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        done += rest.length;
        if (rest.length > 0) yield rest;
      }
      return;
    } catch (error) {
      const failure = networkError(error, { method: 'GET', url: response.url, signal: options.signal });
      if (done - counted >= PROGRESS) attempt = 1;
      counted = done;
      if (done >= descriptor.size || !mayRetry(failure, attempt)) throw failure;
      await pause(backoff(attempt++, client.retryDelay), options.signal);
    }
    body.response = await getBlob(client, descriptor, done, options);
  }
}

async function getBlob(
  client: RegistryClient,
  descriptor: Descriptor,
  from: number,
  options: CallOptions,
): Promise<HttpResponse> {
  const what = `blob ${descriptor.digest}`;
  const get = (headers: Readonly<Record<string, string>>) =>
    client.send({ method: 'GET', target: `blobs/${descriptor.digest}`, headers, signal: options.signal });
  let response = await get(from === 0 ? {} : { range: `bytes=${from}-` });
  if (response.status === 416 && from > 0) {
    await discard(response);
    response = await get({});
  }
  if (response.status !== 200 && (from === 0 || response.status !== 206)) throw await client.error(response, what);
  checkEncoding(response, what);
  const length = response.header('content-length');
  const expected = response.status === 206 ? descriptor.size - from : descriptor.size;
  const range = response.header('content-range');
  if (response.status === 206 && !range?.startsWith(`bytes ${from}-`)) {
    response.body.destroy();
    throw new RemoraError('MALFORMED', `${what}: ${client.registry} sent other bytes than it was asked for`, {
      expected: `bytes ${from}-`,
      found: range ?? 'no Content-Range',
    });
  }
  if (length !== undefined && Number(length) !== expected) {
    response.body.destroy();
    throw new RemoraError('SIZE_MISMATCH', `${what} has ${length} bytes in ${client.registry}, wanted ${expected}`, {
      expected,
      found: Number(length),
    });
  }
  return response;
}
