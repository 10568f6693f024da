import type { Annotations } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';

/** How a signature is written down. */
export type SignedForm =
  /** A layer of cosign's `.sig` image: the payload is the layer, the signature stands in its annotations. */
  | 'cosign'
  /** A DSSE envelope, as in cosign's `.att` image: certificate, chain and log entry may stand in annotations of the layer. */
  | 'dsse'
  /** A Sigstore bundle. */
  | 'bundle'
  /** A Notary Project envelope, JWS or COSE. */
  | 'notation';

/** A signature, and what stands beside it: all of it is untrusted. */
export interface Signed {
  readonly form: SignedForm;
  readonly mediaType: string;
  readonly content: Uint8Array;
  /** Of the layer. */
  readonly annotations: Annotations;
}

/** The thing that must be signed. */
export interface Target {
  /** The digest that was asked about. */
  readonly digest: Digest;
  /** For a file: its digests by other algorithms, which an envelope may name instead. */
  readonly alsoKnownAs?: readonly Digest[] | undefined;
  /** The content of `digest`, for signatures of bytes. @default none is at hand */
  readonly bytes?: (() => Promise<Uint8Array>) | undefined;
  /** `registry.example/team/app`, for the scopes of notation's policies. @default only the scope `*` fits */
  readonly repository?: string | undefined;
}
