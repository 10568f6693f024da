import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Store } from '../../store/interfaces/store.js';
import { signatureStatement } from '../../trust/sign/statement.js';
import type { Signature } from './schema.js';
import { type SigningOptions, signingWith } from './signing-with.js';
import { type WriteSignatureOptions, writeSignature } from './write-signature.js';

/** Signs a manifest that was just written. */
export type ManifestSigner = (
  store: Store,
  subject: Descriptor,
  how: Omit<WriteSignatureOptions, 'key' | 'created'>,
) => Promise<Signature>;

/**
 * Reads the key before anything is written.
 *
 * @param created RFC 3339. @default the clock's time
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function manifestSigner(options: SigningOptions, created: string | undefined): Promise<ManifestSigner> {
  const signing = await signingWith(options, created);
  return (store, descriptor, how) =>
    writeSignature(
      store,
      { reference: store.format({ digest: descriptor.digest }), descriptor },
      signatureStatement(descriptor.digest),
      { ...how, ...signing },
    );
}
