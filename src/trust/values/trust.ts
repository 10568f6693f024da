import type { KeyObject } from 'node:crypto';

/** Trust in a public key: whatever it signed is verified. Made by `trustKey`. */
export interface KeyTrust {
  readonly type: 'key';
  /** The name in a policy, else the fingerprint. */
  readonly name: string;
  readonly key: KeyObject;
  /** SHA-256 of the key's SubjectPublicKeyInfo, in hex. */
  readonly fingerprint: string;
}

/** Trust in Sigstore identities: who logged in where, as Fulcio's certificates say. Made by `trustIdentity`. */
export interface IdentityTrust {
  readonly type: 'identity';
  readonly name: string;
  /** The whole subject alternative name, or an expression that matches all of it. */
  readonly identity: string | RegExp;
  /** The whole issuer of the login, or an expression that matches all of it. */
  readonly issuer: string | RegExp;
  /** The certificate authorities and logs that count. */
  readonly root: TrustedRoot;
}

/** A Sigstore trusted root (protobuf-specs, sigstore_trustroot.proto). Made by `readTrustedRoot`. */
export interface TrustedRoot {
  /** The document, JSON. */
  readonly bytes: Uint8Array;
  /** Where it came from, for messages: a path, or `shipped with remora`. */
  readonly source: string;
  /** For the root that remora ships: the day on which it was taken, `2026-11-27`. */
  readonly date?: string;
}

/** Trust as Notary Project's trust policy and trust store describe it. Made by `trustNotation`. */
export interface NotationTrust {
  readonly type: 'notation';
  readonly name: string;
  readonly policies: readonly NotationPolicy[];
  /** By `TYPE:NAME`, like `ca:acme`: certificates, DER. */
  readonly stores: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** A statement of a trust policy (notaryproject specifications, trust-store-trust-policy.md). */
export interface NotationPolicy {
  readonly name: string;
  /** Repositories like `registry.example/team/app`, or only `*`. */
  readonly registryScopes: readonly string[];
  readonly level: 'strict' | 'permissive';
  /** The validations whose failure refuses a signature; one that is not enforced becomes a remark. */
  readonly enforces: { readonly authenticTimestamp: boolean; readonly expiry: boolean };
  /** When a timestamp must be there, where `trustStores` has one of type `tsa`. */
  readonly verifyTimestamp: 'always' | 'afterCertExpiry';
  /** Like `ca:acme`. */
  readonly trustStores: readonly string[];
  /** Like `x509.subject: C=US, ST=WA, O=acme`, or only `*`. */
  readonly trustedIdentities: readonly string[];
}

/** A trust that the user gave. */
export type Trust = KeyTrust | IdentityTrust | NotationTrust;
