import { buildManifest } from '../../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../../src/oci/documents/manifest.js';
import { layersOf } from '../../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import type { Digest } from '../../../../src/oci/values/digest.js';
import { EMPTY_DESCRIPTOR } from '../../../../src/oci/values/empty.js';
import { given } from '../../../../src/oci/values/given.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import { Content, text, writeContent } from '../../../store/support/artifacts.js';
import {
  envelopeOf,
  PREDICATE_TYPE,
  signedLayer,
  simplePayload,
  type TestKey,
  toJson,
} from '../../../trust/support/envelopes.js';

export const DSSE = 'application/vnd.dsse.envelope.v1+json';
export const SBOM = 'application/spdx+json';
export const PROVENANCE = 'https://slsa.dev/provenance/v1';

/** A layer with its content. */
export interface Layer {
  readonly descriptor: Descriptor;
  readonly content?: Content;
}

export function layer(bytes: Uint8Array, mediaType: string, annotations?: Readonly<Record<string, string>>): Layer {
  const content = new Content(Buffer.from(bytes), { mediaType });
  return { content, descriptor: { ...content.descriptor, ...given({ annotations }) } };
}

/** A layer of cosign's `.sig` image for a manifest, by this key. */
export function sigLayer(key: TestKey, signed: Digest): Layer {
  const { content, mediaType, annotations } = signedLayer(key, toJson(simplePayload(signed)));
  return layer(content, mediaType, annotations);
}

/** A DSSE envelope about a manifest, by these keys. */
export function attLayer(
  keys: readonly TestKey[],
  about: Digest,
  predicateType = PREDICATE_TYPE,
  mediaType = DSSE,
): Layer {
  const subject = [{ name: 'app', digest: { sha256: about.slice('sha256:'.length) } }];
  const statement = { _type: 'https://in-toto.io/Statement/v1', predicateType, subject, predicate: {} };
  return layer(toJson(envelopeOf(toJson(statement), keys)), mediaType);
}

/** Writes layers below one of cosign's tags, beside those that are there. */
export async function underTag(
  store: Store,
  subject: Digest,
  end: '.sig' | '.att' | '.sbom',
  ...layers: readonly Layer[]
) {
  const tag = `${referrersTag(subject)}${end}`;
  const before = (await store.findTag(tag)) && layersOf(await store.manifest({ tag }));
  return put(store, { layers: [...(before ?? []).map((descriptor) => ({ descriptor })), ...layers], tags: [tag] });
}

/** Attaches layers as a referrer. */
export async function attached(store: Store, subject: Descriptor, artifactType: string, ...layers: readonly Layer[]) {
  return put(store, { subject, artifactType, layers });
}

/** Signs a manifest below cosign's tag `.sig`. */
export async function sign(store: Store, subject: Digest, ...keys: readonly TestKey[]): Promise<Manifest> {
  return underTag(store, subject, '.sig', ...keys.map((key) => sigLayer(key, subject)));
}

interface Put {
  readonly layers: readonly Layer[];
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly tags?: readonly string[];
}

async function put(store: Store, { layers, subject, artifactType, tags }: Put): Promise<Manifest> {
  const config = artifactType === undefined ? text('{}') : undefined;
  await writeContent(store, ...layers.flatMap(({ content }) => content ?? []), config ?? text('{}'));
  const manifest = buildManifest({
    layers: layers.map(({ descriptor }) => descriptor),
    config: config ? { ...config.descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' } : EMPTY_DESCRIPTOR,
    ...given({
      subject: subject && { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      artifactType,
    }),
  });
  await store.putManifest(manifest, { settle: false, ...given({ tags }) });
  return manifest;
}
