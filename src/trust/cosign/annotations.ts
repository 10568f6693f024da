/** Keys of cosign's annotations on the layer of a signature (its SIGNATURE_SPEC.md), which are not signed. */
export const CosignAnnotation = {
  /** Base64 of the signature. */
  signature: 'dev.cosignproject.cosign/signature',
  /** PEM of the signer's certificate. */
  certificate: 'dev.sigstore.cosign/certificate',
  /** PEM of the certificates above it. */
  chain: 'dev.sigstore.cosign/chain',
  /** The log's promise for the entry of the signature. */
  bundle: 'dev.sigstore.cosign/bundle',
  /** An RFC 3161 timestamp of the signature. */
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;
