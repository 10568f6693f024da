import type { SignedForm } from '../../trust/values/signed.js';

/** The form of a signature in a layer of this media type; undefined for a layer that is not one. */
export function signedForm(mediaType: string): SignedForm | undefined {
  if (mediaType === 'application/vnd.dev.cosign.simplesigning.v1+json') return 'cosign';
  if (/^application\/vnd\.dev\.sigstore\.bundle[.+;]/.test(mediaType)) return 'bundle';
  if (mediaType === 'application/jose+json' || mediaType === 'application/cose') return 'notation';
  return /^application\/vnd\.(?:dsse\.envelope\.v1\+json$|in-toto\.[^;]*\+dsse$)/.test(mediaType) ? 'dsse' : undefined;
}
