/** The name of an attribute; COSE has numbers, too. */
export type Label = string | number;

/** An envelope of Notary Project, whichever way it is written (signature-specification.md, "Signature Envelope"). */
export interface Envelope {
  /** As JWS names it: `PS256`. */
  readonly algorithm: string;
  readonly contentType: string;
  /** The signed attributes that a verifier must know. */
  readonly critical: readonly Label[];
  /** The signed attributes without algorithm, content type and critical; times are dates. */
  readonly attributes: ReadonlyMap<Label, unknown>;
  readonly payload: Uint8Array;
  /** The bytes over which the signature is made. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
  /** Certificates, DER; the signer's first. Not signed. */
  readonly chain: readonly Uint8Array[];
  /** A TimeStampToken (RFC 3161). Not signed. */
  readonly timestamp?: Uint8Array;
}

export const SIGNING_SCHEME = 'io.cncf.notary.signingScheme';
export const SIGNING_TIME = 'io.cncf.notary.signingTime';
export const AUTHENTIC_SIGNING_TIME = 'io.cncf.notary.authenticSigningTime';
export const EXPIRY = 'io.cncf.notary.expiry';
export const TIMESTAMP_SIGNATURE = 'io.cncf.notary.timestampSignature';
export const PLUGIN = 'io.cncf.notary.verificationPlugin';
export const PLUGIN_VERSION = 'io.cncf.notary.verificationPluginMinVersion';

/** Attributes whose value is a time. */
export const TIMES: readonly Label[] = [SIGNING_TIME, AUTHENTIC_SIGNING_TIME, EXPIRY];

/** Certificates in a chain. */
export const MAX_CHAIN = 10;
