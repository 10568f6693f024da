import { CosignAnnotation } from '../../../src/trust/cosign/annotations.js';
import type { Signed } from '../../../src/trust/values/signed.js';
import { cosignLayer, dsseLayer, toJson } from './envelopes.js';
import type { Json } from './sigstore.js';

export function pemOf(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** The log's promise as cosign writes it into an annotation. */
export function rekorBundle({ canonicalizedBody, integratedTime, logIndex, logId, inclusionPromise }: Json): Json {
  return {
    SignedEntryTimestamp: inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: canonicalizedBody,
      integratedTime: Number(integratedTime),
      logIndex: Number(logIndex),
      logID: Buffer.from(logId.keyId, 'base64').toString('hex'),
    },
  };
}

/** The annotations with which cosign says what a bundle says in its material. */
export function materialAnnotations({ verificationMaterial }: Json): Record<string, string> {
  const { certificate, tlogEntries, timestampVerificationData } = verificationMaterial;
  const [entry] = tlogEntries;
  const [stamp] = timestampVerificationData.rfc3161Timestamps;
  return {
    ...(certificate && { [CosignAnnotation.certificate]: pemOf(certificate.rawBytes) }),
    ...(entry && { [CosignAnnotation.bundle]: JSON.stringify(rekorBundle(entry)) }),
    ...(stamp && {
      [CosignAnnotation.timestamp]: JSON.stringify({ SignedRFC3161Timestamp: stamp.signedTimestamp }),
    }),
  };
}

/** A bundle's signature as a layer of a `.sig` image, whose payload the bundle signs, or of a `.att` image. */
export function asLayer(bundle: Json, payload: Uint8Array): Signed {
  const annotations = materialAnnotations(bundle);
  if (bundle.dsseEnvelope) return dsseLayer(toJson(bundle.dsseEnvelope), annotations);
  return cosignLayer(payload, bundle.messageSignature.signature, annotations);
}
