import { parseManifest } from '../../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { type Discovery, discover } from '../../../../src/operations/discover/discover.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import {
  BUNDLE,
  buildkitIndex,
  cosignTag,
  DSSE,
  envelope,
  type Layer,
  layered,
  PROVENANCE_PREDICATE,
  SPDX_PREDICATE,
} from '../../../operations/support/mechanisms.js';
import { Content, writeContent } from '../../../store/support/artifacts.js';

const CREATED = 'org.opencontainers.image.created';
const SIGNED = 'application/vnd.dev.cosign.simplesigning.v1+json';

/**
 * The attachments of the comparison in the README, all 19 of them, made without the tools that wrote those: bundles and
 * tags of cosign, files with names, a signature on one of these, and attestations of BuildKit.
 */
export async function nineteen(store: Store): Promise<Discovery> {
  const { index, images } = await buildkitIndex(store);
  const [amd64, arm64] = images;
  if (amd64 === undefined || arm64 === undefined) throw new Error('the index has two platforms');
  const subject = index.descriptor;

  await bundle(store, subject, '2026-11-27T09:00:00Z');
  await bundle(store, subject, '2026-11-27T09:00:00Z', SPDX_PREDICATE);
  await bundle(store, subject, '2026-11-24T12:00:00Z', PROVENANCE_PREDICATE);
  await cosignTag(store, subject, '.sig', signature(1));
  await cosignTag(store, subject, '.att', attestation(SPDX_PREDICATE), attestation(PROVENANCE_PREDICATE));
  await cosignTag(store, subject, '.sbom', { type: 'text/spdx', text: 'SPDXVersion: SPDX-2.3' });
  const sarif = await file(
    store,
    subject,
    'application/sarif+json',
    'trivy.sarif.json',
    48_213,
    '2026-11-26T10:00:00Z',
  );
  await file(store, subject, 'application/vnd.cyclonedx+json', 'app.cdx.json', 131_072, '2026-06-20T12:00:00Z');
  await file(store, subject, 'application/vnd.openvex+json', 'app.openvex.json', 913, '2024-11-01T00:00:00Z');
  await bundle(store, sarif, '2026-11-26T11:00:00Z');

  const config = { fields: { subject: amd64, artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' } };
  await layered(store, [signature(2)], config);
  await file(store, amd64, 'application/spdx+json', 'amd64.spdx.json', 7_340_032, '2026-11-25T00:00:00Z');
  await bundle(store, arm64, '2026-11-27T11:15:00Z');
  await cosignTag(store, arm64, '.sig', signature(3));
  return discover({ store, digest: subject.digest }, { contents: true });
}

const signature = (n: number): Layer => ({
  type: SIGNED,
  text: `{"critical":${n}}`,
  annotations: { 'dev.cosignproject.cosign/signature': `${n}` },
});

const attestation = (predicateType: string): Layer => ({
  type: DSSE,
  text: envelope(`{"predicateType":"${predicateType}"}`),
  annotations: { predicateType },
});

/** A bundle as cosign 3 attaches it: a signature, or a statement of a predicate type. */
async function bundle(store: Store, subject: Descriptor, created: string, predicateType?: string): Promise<void> {
  const annotations = {
    'dev.sigstore.bundle.content': predicateType === undefined ? 'message-signature' : 'dsse-envelope',
    ...(predicateType === undefined ? {} : { 'dev.sigstore.bundle.predicateType': predicateType }),
    [CREATED]: created,
  };
  const text = `{"mediaType":"${BUNDLE}","about":"${subject.digest} ${predicateType}"}`;
  await layered(store, [{ type: BUNDLE, text }], { fields: { artifactType: BUNDLE, subject, annotations } });
}

/** A file with a name. */
export async function file(
  store: Store,
  subject: Descriptor,
  artifactType: string,
  title: string,
  size: number,
  created?: string,
): Promise<Descriptor> {
  const empty = new Content(Buffer.from('{}'), { mediaType: 'application/vnd.oci.empty.v1+json' });
  const layer = new Content(Buffer.alloc(size, title), { mediaType: artifactType });
  await writeContent(store, empty, layer);
  const document = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType,
    config: empty.descriptor,
    layers: [{ ...layer.descriptor, annotations: { 'org.opencontainers.image.title': title } }],
    subject,
    ...(created === undefined ? {} : { annotations: { [CREATED]: created } }),
  };
  const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
  await store.putManifest(manifest, { settle: false });
  return manifest.descriptor;
}
