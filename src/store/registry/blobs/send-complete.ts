import { Readable } from 'node:stream';
import { isRemoraError } from '../../../errors.js';
import { pause } from '../../../io/async/pause.js';
import type { HttpResponse } from '../../../io/http/response.js';
import { backoff } from '../../../io/http/retry.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import { neededBlobs } from '../../../oci/documents/needed-blobs.js';
import { type Descriptor, embeddedData } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../../oci/values/empty.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { ifAnswered } from '../client/errors.js';
import { sendManifest } from '../client/manifests.js';
import { hasBlob } from './look.js';
import { sendBlob } from './upload.js';

/** Attempts to send a manifest whose blobs the registry does not see yet. */
const ATTEMPTS = 8;
/** The same where a missing blob cannot be sent again, or no answer names one: it was probably never sent. */
const HOPELESS_ATTEMPTS = 3;
/** The attempt that failed before a blob is sent again although the registry has it: 2.8 can lose sight of one. */
const DISTRUST = 3;

/** Codes of a registry that does not see a blob; distribution 2.8 says the second of a link that is just written. */
const UNSEEN: readonly string[] = ['MANIFEST_BLOB_UNKNOWN', 'DIGEST_INVALID', 'BLOB_UNKNOWN'];

/**
 * Sends a manifest again while the registry does not see its blobs: distribution 2.8 answers `MANIFEST_BLOB_UNKNOWN`,
 * `DIGEST_INVALID` or both while two clients upload the same blob, which is there a moment later. A blob that is missing
 * then is sent again.
 */
export async function sendComplete(
  client: RegistryClient,
  manifest: Manifest,
  reference: string,
  options: CallOptions & Pick<NonNullable<Parameters<typeof sendManifest>[3]>, 'headers' | 'accepted'>,
): Promise<HttpResponse> {
  const resent = new Set<Digest>();
  for (let attempt = 1, attempts = ATTEMPTS; ; attempt++) {
    try {
      return await sendManifest(client, manifest, reference, options);
    } catch (error) {
      const isUnseen = isRemoraError(error) && error.codes?.some((code) => UNSEEN.includes(code));
      if (!isUnseen || attempt >= attempts) throw error;
      if (!error.codes?.includes('MANIFEST_BLOB_UNKNOWN')) attempts = HOPELESS_ATTEMPTS;
      await pause(backoff(attempt, client.retryDelay), options.signal);
      const blobs = neededBlobs(manifest);
      const there = await Promise.all(blobs.map((blob) => isThere(client, blob, options)));
      for (const [index, blob] of blobs.entries()) {
        // Details are not specified: distribution gives the digest alone, others an object with it.
        const isNamed = attempt >= DISTRUST && error.message.includes(blob.digest);
        if ((there[index] && !isNamed) || resent.has(blob.digest)) continue;
        resent.add(blob.digest);
        if (!(await sendAgain(client, blob, options)) && !there[index]) attempts = HOPELESS_ATTEMPTS;
      }
    }
  }
}

async function isThere(client: RegistryClient, blob: Descriptor, { signal }: CallOptions): Promise<boolean> {
  return (await ifAnswered(hasBlob(client, blob, { signal }))) ?? false;
}

/** False where the content is not at hand, or the registry does not take it: then the manifest's own error tells why. */
async function sendAgain(client: RegistryClient, blob: Descriptor, { signal }: CallOptions): Promise<boolean> {
  const send = async () => {
    const open = sourceOf(client, blob);
    if (open !== undefined) await sendBlob(client, blob, open, { signal });
    return open !== undefined;
  };
  return (await ifAnswered(send())) ?? false;
}

function sourceOf(client: RegistryClient, blob: Descriptor): (() => Promise<Readable>) | undefined {
  const known = client.sources.get(blob.digest);
  if (known !== undefined) return known;
  const bytes = blob.digest === EMPTY_DESCRIPTOR.digest ? EMPTY_BYTES : embeddedData(blob);
  return bytes && (async () => Readable.from([bytes]));
}
