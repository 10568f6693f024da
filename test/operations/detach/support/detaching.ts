import { join } from 'node:path';
import { buildIndex } from '../../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../../src/oci/values/referrers-tag.js';
import {
  type DetachedAttachment,
  type DetachOptions,
  type DetachSelection,
  detach,
} from '../../../../src/operations/detach/detach.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import { type HostedLayout, openHostedLayout } from '../../../../src/store/layout/hosting/hosted-store.js';
import { begin } from '../../../store/registry/support/start.js';
import { pushImage } from '../../../store/support/artifacts.js';
import { tempDir } from '../../../support/temp.js';
import { attestedEntries, type Layer, layered } from '../../support/mechanisms.js';

/** An empty layout from which things can be removed. */
export async function newHostedLayout(): Promise<HostedLayout> {
  return openHostedLayout(join(await tempDir(), 'layout'), { create: true });
}

/** The kinds of place that things are removed from. */
export const DELETING_PLACES: readonly (readonly [string, () => Promise<Store>])[] = [
  ['a layout', newHostedLayout],
  ['a registry with the Referrers API', async () => (await begin()).store],
  ['a registry without it', async () => (await begin({ referrers: 'none' })).store],
];

const signature = (n: number): Layer => ({
  type: 'application/vnd.dev.cosign.simplesigning.v1+json',
  text: `{"critical":${n}}`,
  annotations: { 'dev.cosignproject.cosign/signature': `${n}` },
});

/** A signature image of cosign with one signature. */
export async function cosignImage(store: Store, n: number, tags: readonly string[]): Promise<Descriptor> {
  return (await layered(store, [signature(n)], { tags })).descriptor;
}

/** The three images that cosign 2 keeps beside a subject: three signatures, a provenance, an SBOM. */
export async function cosignTags(store: Store, subject: Descriptor): Promise<void> {
  const tag = referrersTag(subject.digest);
  await layered(store, [1, 2, 3].map(signature), { tags: [`${tag}.sig`] });
  const predicateType = 'https://slsa.dev/provenance/v1';
  const envelope = { type: 'application/vnd.dsse.envelope.v1+json', text: '{"payload":""}' };
  await layered(store, [{ ...envelope, annotations: { predicateType } }], { tags: [`${tag}.att`] });
  await layered(store, [{ type: 'text/spdx', text: 'SPDXVersion: SPDX-2.3' }], { tags: [`${tag}.sbom`] });
}

/** An index of two platforms with attestations as BuildKit keeps them; since 0.32 these are referrers as well. */
export async function buildkitIndex(store: Store, isNew: boolean): Promise<Manifest> {
  const entries: Descriptor[] = [];
  for (const architecture of ['amd64', 'arm64']) {
    const image = await pushImage(store, architecture, { child: true });
    const fields = isNew
      ? { artifactType: 'application/vnd.docker.attestation.manifest.v1+json', subject: image.descriptor }
      : {};
    const layers = ['https://spdx.dev/Document', 'https://slsa.dev/provenance/v0.2'].map((type) => ({
      type: 'application/vnd.in-toto+json',
      text: `{"predicateType":"${type}","for":"${architecture}"}`,
      annotations: { 'in-toto.io/predicate-type': type },
    }));
    const attestation = await layered(store, layers, { fields, child: true });
    entries.push(...attestedEntries(architecture, image.descriptor, attestation.descriptor));
  }
  const index = buildIndex({ manifests: entries });
  await store.putManifest(index, { tags: ['multi'] });
  return index;
}

/** The first child of an index. */
export function childOf(index: Manifest): Descriptor {
  const [first] = index.kind === 'index' ? index.content.manifests : [];
  if (first === undefined) throw new Error('no child');
  return first;
}

/** The result, and the first failure. */
export async function run(
  store: Store,
  { digest }: Pick<Descriptor, 'digest'>,
  selection: DetachSelection,
  options: Partial<DetachOptions> = {},
) {
  const result = await detach({ store, digest }, { selection, settle: false, ...options });
  return { result, failure: result.incomplete[0]?.error ?? result.unpruned };
}

export const types = (attachments: readonly DetachedAttachment[]) =>
  attachments.map(({ artifactType, mediaType }) => artifactType ?? mediaType);
export const kinds = (attachments: readonly DetachedAttachment[]) => attachments.map(({ kind }) => kind).sort();
export const isThere = (store: Store, { digest }: Descriptor) =>
  store.manifest({ digest }).then(
    () => true,
    () => false,
  );
