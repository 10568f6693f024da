import type { SignedForm } from '../../trust/values/signed.js';

/** The media types that say which form a signature has. */
const TYPES: readonly (readonly [form: SignedForm, type: RegExp])[] = [
  ['cosign', /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/],
  ['dsse', /^application\/(?:vnd\.dsse\.envelope(?:\.v\d+)?\+json|vnd\.in-toto[\w.-]*\+dsse)$/],
  ['bundle', /^application\/vnd\.dev\.sigstore\.bundle[.+]/],
];

/** The form of a signature with this media type; JWS and COSE are those of other tools, too, and have none. */
export function formOf(mediaType: string): SignedForm | undefined {
  return TYPES.find(([, type]) => type.test(mediaType))?.[0];
}
