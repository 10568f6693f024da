import type { HttpResponse } from '../../../io/http/response.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
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
 */
export async function blobSize(
  client: RegistryClient,
  digest: Digest,
  options: CallOptions = {},
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

async function count(client: RegistryClient, digest: Digest, { signal }: CallOptions): Promise<number | undefined> {
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
  for await (const chunk of answer.body) bytes += chunk.length;
  return bytes;
}

function lengthOf(response: HttpResponse): number | undefined {
  const length = response.header('content-length');
  return length === undefined ? undefined : Number(length);
}
