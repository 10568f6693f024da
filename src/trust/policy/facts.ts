import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Digest } from '../../oci/values/digest.js';
import type { SignedTime, Signer } from '../values/judgement.js';

/** An image and all that is attached to it. A policy is judged by these facts alone. */
export interface PolicyFacts {
  /** `registry/repository`, the registry in any of its forms; absent for an image in a layout, an archive or a directory. */
  readonly repository?: string | undefined;
  /** The manifest that was asked about. */
  readonly subject: SubjectFacts;
  /** For an index: the manifests below it that are platforms. */
  readonly platforms?: readonly SubjectFacts[] | undefined;
}

/** A manifest with its own attachments. */
export interface HolderFacts {
  readonly digest: Digest;
  readonly attached: readonly AttachedFacts[];
}

/** A manifest, and the indexes that hold it. */
export interface SubjectFacts extends HolderFacts {
  /** `os/architecture[/variant]` */
  readonly platform?: string | undefined;
  /** Indexes that hold it, directly or over others. */
  readonly above?: readonly HolderFacts[] | undefined;
}

/** A signature, an attestation, or a file that one covers. */
export interface AttachedFacts {
  /** Of an attachment that is verified: as what was signed says. */
  readonly kind?: Kind | undefined;
  readonly formats?: readonly Format[] | undefined;
  readonly predicateType?: string | undefined;
  /** A proof for each trust by which it is verified, itself or by a signature that covers it; empty unless verified. */
  readonly proofs: readonly ProofFacts[];
}

/** A trust of the policy that a signature satisfies. */
export interface ProofFacts {
  /** The name of the trust. */
  readonly trust: string;
  readonly signer: Signer;
  readonly times: readonly SignedTime[];
}
