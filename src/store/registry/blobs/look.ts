import { RemoraError } from '../../../errors.js';
import { networkError } from '../../../io/http/network-error.js';
import { steady } from '../../../io/http/pace.js';
import type { HttpResponse } from '../../../io/http/response.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { BlobSizeOptions, CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { askHead } from '../client/head.js';

/** Whether the repository has a blob (distribution-spec, "Checking if content exists in the registry"). */
export async function hasBlob(
  client: RegistryClient,
  { digest, size }: Descriptor,
  options: CallOptions = {},
): Promise<boolean> {
  const head = await askHead(client, 'blobs', { target: `blobs/${digest}`, signal: options.signal });
  if (head?.status === 404) return false;
  const found = head === undefined ? await look(client, digest, options) : { size: lengthOf(head) };
  return found !== undefined && (found.size === undefined || found.size === size);
}

/**
 * The size of a blob in bytes; undefined when there is none. A registry that answers HEAD with 404 or without a length
 * is asked with GET, and where that has none either the bytes are counted.
 *
 * @throws RemoraError `SIZE_MISMATCH` above the limit for bytes that no descriptor promises
 */
export async function blobSize(
  client: RegistryClient,
  digest: Digest,
  options: BlobSizeOptions = {},
): Promise<number | undefined> {
  const head = await askHead(client, 'blobs', { target: `blobs/${digest}`, signal: options.signal });
  const announced = head?.status === 200 ? lengthOf(head) : undefined;
  // Proxies that compress take the length away, or say 0.
  if (announced) return announced;
  const found = await look(client, digest, options);
  return found === undefined || found.size !== undefined ? found?.size : count(client, digest, options);
}

/** Looks for a blob with GET of its first byte, for a registry or its storage that refuses HEAD. */
async function look(
  client: RegistryClient,
  digest: Digest,
  { signal }: CallOptions,
): Promise<{ readonly size: number | undefined } | undefined> {
  const headers = { range: 'bytes=0-0' };
  const answer = await client.expect([200, 206, 404, 416], `blob ${digest}`, {
    method: 'GET',
    target: `blobs/${digest}`,
    headers,
    signal,
  });
  answer.body.destroy();
  if (answer.status === 404) return undefined;
  if (answer.status === 200) return { size: lengthOf(answer) };
  // An empty blob has no first byte, which is 416.
  const [, size] = /^bytes [^/]*\/(\d+)$/.exec(answer.header('content-range') ?? '') ?? [];
  return { size: size === undefined ? undefined : Number(size) };
}

/** A hostile body without a length has no end. */
const MAX_COUNTED = 1024 ** 3;

async function count(
  client: RegistryClient,
  digest: Digest,
  { signal, atMost }: BlobSizeOptions,
): Promise<number | undefined> {
  const answer = await client.expect([200, 404], `blob ${digest}`, {
    method: 'GET',
    target: `blobs/${digest}`,
    signal,
  });
  if (answer.status === 404 || lengthOf(answer) !== undefined) {
    answer.body.destroy();
    return answer.status === 404 ? undefined : lengthOf(answer);
  }
  let bytes = 0;
  try {
    for await (const chunk of steady(answer)) {
      bytes += chunk.length;
      if (atMost !== undefined && bytes > atMost) return atMost + 1;
      if (bytes > MAX_COUNTED) throw tooLong(client, digest);
    }
  } catch (error) {
    throw networkError(error, { method: 'GET', url: answer.url, signal });
  } finally {
    answer.body.destroy();
  }
  return bytes;
}

function tooLong({ registry }: RegistryClient, digest: Digest): RemoraError {
  const message = `blob ${digest}: ${registry} announces no length, and sends more than ${MAX_COUNTED} bytes`;
  const hint = 'Check for a proxy in between that takes Content-Length away';
  return new RemoraError('SIZE_MISMATCH', message, { expected: MAX_COUNTED, hint });
}

function lengthOf(response: HttpResponse): number | undefined {
  const length = response.header('content-length');
  return length === undefined ? undefined : Number(length);
}
