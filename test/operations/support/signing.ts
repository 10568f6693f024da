import type { Manifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { Digest } from '../../../src/oci/values/digest.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { cosignLayer, envelopeOf, simplePayload, type TestKey, toJson } from '../../trust/support/envelopes.js';
import { cosignTag, DSSE, type Layer, layered, SPDX, SPDX_PREDICATE } from './mechanisms.js';

/** A signature of cosign's for a manifest, as a layer. */
export function signature(key: TestKey, digest: Digest): Layer {
  const payload = toJson(simplePayload(digest));
  const { mediaType, annotations } = cosignLayer(payload, key.sign(payload).toString('base64'));
  return { type: mediaType, text: payload.toString(), annotations };
}

/** What an attestation says. */
export interface Said {
  readonly predicateType?: string;
  /** JSON. */
  readonly predicate?: string;
  /** The predicate type in the annotations. @default the same */
  readonly promised?: string;
}

/** A signed envelope about a manifest, as a layer. */
export function attestation(key: TestKey, digest: Digest, said: Said = {}): Layer {
  const { predicateType = SPDX_PREDICATE, predicate = SPDX, promised = predicateType } = said;
  const subject = JSON.stringify([{ name: 'app', digest: { sha256: digest.slice(7) } }]);
  const payload = `{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"${predicateType}",\n"predicate": ${predicate},"subject":${subject}}`;
  const text = JSON.stringify(envelopeOf(Buffer.from(payload), [key]));
  return { type: DSSE, text, annotations: { predicateType: promised, 'dev.cosignproject.cosign/signature': '' } };
}

/** Signs a manifest as cosign does under its tag. */
export function sign(store: Store, { digest, ...rest }: Descriptor, ...keys: TestKey[]): Promise<Manifest> {
  return cosignTag(store, { digest, ...rest }, '.sig', ...keys.map((key) => signature(key, digest)));
}

/** Attaches layers as a referrer. */
export function referrer(
  store: Store,
  subject: Descriptor,
  artifactType: string,
  ...layers: Layer[]
): Promise<Manifest> {
  return layered(store, layers, { fields: { subject, artifactType } });
}
