import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { type Manifest, parseManifest } from '../../../src/oci/documents/manifest.js';
import type { Annotations } from '../../../src/oci/values/annotations.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { Content, pushImage, writeContent } from '../../store/support/artifacts.js';

export const IN_TOTO = 'application/vnd.in-toto+json';
export const DSSE = 'application/vnd.dsse.envelope.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const SPDX_PREDICATE = 'https://spdx.dev/Document';
export const PROVENANCE_PREDICATE = 'https://slsa.dev/provenance/v1';

/** An SPDX document; white space is odd on purpose, to show that bytes are kept. */
export const SPDX = '{ "spdxVersion":"SPDX-2.3",\n "SPDXID": "SPDXRef-DOCUMENT", "name" : "é \\u00e9"}';

export function statement(predicate: string = SPDX, predicateType = SPDX_PREDICATE): string {
  return `{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"${predicateType}",\n"predicate":  ${predicate} ,"subject":[]}\n`;
}

export function envelope(payload: string): string {
  const base64 = Buffer.from(payload).toString('base64');
  return JSON.stringify({ payloadType: IN_TOTO, payload: base64, signatures: [{ sig: 'AA==' }] });
}

export function bundle(payload: string): string {
  return `{"mediaType":"${BUNDLE}","verificationMaterial":{},"dsseEnvelope":${envelope(payload)}}`;
}

export interface Layer {
  readonly type: string;
  readonly text: string;
  readonly annotations?: Annotations;
}

/** A manifest whose layers are these; with fields such as `subject`. What an index leads to is its child. */
export async function layered(
  store: Store,
  layers: readonly Layer[],
  more: { readonly tags?: readonly string[]; readonly fields?: object; readonly child?: boolean } = {},
): Promise<Manifest> {
  const config = new Content(Buffer.from('{"architecture":"unknown","os":"unknown"}'), {
    mediaType: MediaType.imageConfig,
  });
  const contents = layers.map(({ type, text }) => new Content(Buffer.from(text), { mediaType: type }));
  await writeContent(store, config, ...contents);
  const document = {
    schemaVersion: 2,
    mediaType: MediaType.imageManifest,
    config: config.descriptor,
    layers: contents.map(({ descriptor }, n) => ({ ...descriptor, annotations: layers[n]?.annotations })),
    ...more.fields,
  };
  const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
  const hasSubject = more.fields !== undefined && 'subject' in more.fields;
  const child = more.child ?? (more.tags === undefined && !hasSubject);
  await store.putManifest(manifest, { tags: more.tags, child, settle: false });
  return manifest;
}

/** A bundle as cosign 3 attaches it. */
export async function attachBundle(store: Store, subject: Descriptor, payload = statement()): Promise<Manifest> {
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': SPDX_PREDICATE,
  };
  const fields = { artifactType: BUNDLE, subject, annotations };
  return layered(store, [{ type: BUNDLE, text: bundle(payload) }], { fields });
}

/** One layer under a tag of cosign. */
export async function cosignTag(store: Store, subject: Descriptor, end: string, ...layers: Layer[]): Promise<Manifest> {
  return layered(store, layers, { tags: [`${referrersTag(subject.digest)}${end}`] });
}

/** The entries of a platform and of BuildKit's attestation manifest for it. */
export function attestedEntries(architecture: string, image: Descriptor, attestation: Descriptor): Descriptor[] {
  return [
    { ...image, platform: { os: 'linux', architecture } },
    {
      ...attestation,
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': image.digest,
      },
    },
  ];
}

/** An index of two platforms, each with an SBOM and provenance as BuildKit keeps them. */
export async function buildkitIndex(store: Store): Promise<{ index: Manifest; images: readonly Descriptor[] }> {
  const entries: Descriptor[] = [];
  const images: Descriptor[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const image = await pushImage(store, architecture, { child: true });
    images.push(image.descriptor);
    const about = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', creationInfo: {}, name: architecture };
    const layers = [
      [SPDX_PREDICATE, JSON.stringify(about)],
      [PROVENANCE_PREDICATE, `{"for":"${architecture}"}`],
    ].map(([type = '', predicate = '']) => ({
      type: IN_TOTO,
      text: statement(predicate, type),
      annotations: { 'in-toto.io/predicate-type': type },
    }));
    const attestation = await layered(store, layers);
    entries.push(...attestedEntries(architecture, image.descriptor, attestation.descriptor));
  }
  const index = buildIndex({ manifests: entries });
  await store.putManifest(index, { tags: ['multi'] });
  return { index, images };
}
