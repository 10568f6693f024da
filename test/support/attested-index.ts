import { blob, finish, start, type TestDescriptor, type TestImage, writeManifest } from './image-layout.js';

/** A small SPDX document that every tool accepts as one. */
export const SPDX = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'hello',
  documentNamespace: 'https://example.com/spdx/hello-1',
  creationInfo: { created: '2026-01-02T03:04:05Z', creators: ['Tool: by-hand-1'] },
  packages: [
    {
      SPDXID: 'SPDXRef-hello',
      name: 'hello',
      versionInfo: '1.0',
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
    },
  ],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-hello' },
  ],
};

/** A predicate of SLSA provenance 0.2. */
export const PROVENANCE = {
  builder: { id: 'https://example.com/builder' },
  buildType: 'https://example.com/build/v1',
  invocation: { configSource: {} },
};

export interface AttestedIndex extends TestImage {
  readonly amd64: TestDescriptor;
  readonly arm64: TestDescriptor;
  /** BuildKit's attestation manifests: of amd64 as before 0.32, of arm64 with a subject as since then. */
  readonly attestations: { readonly amd64: TestDescriptor; readonly arm64: TestDescriptor };
}

/** A layout with an index of two platforms, each with an SBOM and provenance in the index as BuildKit keeps them. */
export async function writeAttestedIndex(directory: string, tag = 'v1', salt = 'attested'): Promise<AttestedIndex> {
  await start(directory);
  const [amd64, arm64] = [
    await writeManifest(directory, 'amd64', salt),
    await writeManifest(directory, 'arm64', salt),
  ] as const;
  const attestations = {
    amd64: await writeAttestation(directory, amd64, {}),
    arm64: await writeAttestation(directory, arm64, {
      artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
      subject: arm64,
    }),
  };
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = await blob(directory, mediaType, {
    schemaVersion: 2,
    mediaType,
    manifests: [
      { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
      attestationEntry(attestations.amd64, amd64),
      attestationEntry(attestations.arm64, arm64),
    ],
  });
  await finish(directory, index, tag);
  return { ...index, directory, tag, amd64, arm64, attestations };
}

async function writeAttestation(directory: string, of: TestDescriptor, more: object): Promise<TestDescriptor> {
  const config = await blob(directory, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const layer = async (predicateType: string, predicate: object) => ({
    ...(await blob(directory, 'application/vnd.in-toto+json', {
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType,
      subject: [{ name: 'pkg:docker/hello', digest: { sha256: of.digest.slice('sha256:'.length) } }],
      predicate,
    })),
    annotations: { 'in-toto.io/predicate-type': predicateType },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return blob(directory, mediaType, {
    schemaVersion: 2,
    mediaType,
    ...more,
    config,
    layers: [
      await layer('https://spdx.dev/Document', SPDX),
      await layer('https://slsa.dev/provenance/v0.2', PROVENANCE),
    ],
  });
}

function attestationEntry(attestation: TestDescriptor, of: TestDescriptor): object {
  return {
    ...attestation,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.digest': of.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  };
}
