import { discard, type HttpResponse } from '../../../io/http/response.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';

/**
 * The size of a blob in bytes; undefined when there is none. A registry that gives no length to HEAD is asked with GET,
 * and where that has none either the bytes are counted.
 */
export async function blobSize(
  client: RegistryClient,
  digest: Digest,
  options: CallOptions = {},
): Promise<number | undefined> {
  const ask = (method: 'HEAD' | 'GET') =>
    client.expect([200, 404], `blob ${digest}`, { method, target: `blobs/${digest}`, signal: options.signal });
  const head = await ask('HEAD');
  await discard(head);
  if (head.status === 404) return undefined;
  const announced = lengthOf(head);
  if (announced !== undefined) return announced;
  const answer = await ask('GET');
  const length = lengthOf(answer);
  if (answer.status === 404 || length !== undefined) {
    answer.body.destroy();
    return answer.status === 404 ? undefined : length;
  }
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.length;
  return bytes;
}

function lengthOf(response: HttpResponse): number | undefined {
  const length = response.header('content-length');
  return length === undefined ? undefined : Number(length);
}
