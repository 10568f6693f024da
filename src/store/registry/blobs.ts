import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { discard } from '../../io/http.js';
import { networkError } from '../../io/network-error.js';
import { verified } from '../../io/verify.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { CallOptions } from '../store.js';
import type { RegistryClient } from './client.js';

/** Whether the repository has a blob (distribution-spec, "Checking if content exists in the registry"). */
export async function hasBlob(
  client: RegistryClient,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<boolean> {
  const response = await client.expect([200, 404], `blob ${descriptor.digest}`, {
    method: 'HEAD',
    target: `blobs/${descriptor.digest}`,
    signal: options.signal,
  });
  await discard(response);
  const length = response.header('content-length');
  return response.status === 200 && (length === undefined || Number(length) === descriptor.size);
}

/** @throws RemoraError `NOT_FOUND`; the stream ends with an error when size or digest differ */
export async function openBlob(
  client: RegistryClient,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<Readable> {
  const what = `blob ${descriptor.digest}`;
  const response = await client.expect([200], what, {
    method: 'GET',
    target: `blobs/${descriptor.digest}`,
    signal: options.signal,
  });
  const length = response.header('content-length');
  if (length !== undefined && Number(length) !== descriptor.size) {
    response.body.destroy();
    throw new RemoraError(
      'SIZE_MISMATCH',
      `${what} has ${length} bytes in ${client.registry}, wanted ${descriptor.size}`,
      {
        expected: descriptor.size,
        found: Number(length),
      },
    );
  }
  return verified(response.body, descriptor, (error) =>
    networkError(error, { method: 'GET', url: response.url, signal: options.signal }),
  );
}
