import { readFileSync } from 'node:fs';
import type { Recognised } from '../../../../src/formats/recognise/recognise.js';
import { helmChart, helmChartByTar, opaBundle } from './archives.js';
import * as by from './documents.js';

/** A document and what it is. */
export interface Vector {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly is: Recognised;
}

/**
 * Written by tools: npm (shortened to some packages), Biome, the sigstore libraries of npm with a key made for this, and
 * the SBOM in the wheel of cryptography 48 (Apache-2.0 or BSD-3-Clause).
 */
const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/documents/${name}`, import.meta.url));

type Brief = Omit<Recognised, 'artifactType' | 'mediaType'>;
const same = (id: string, bytes: Uint8Array, type: string, brief: Brief): Vector => ({
  id,
  bytes,
  is: { artifactType: type, mediaType: type, ...brief },
});

const SPDX = { kind: 'sbom', format: 'spdx', what: 'an SPDX document (JSON)' } as const;
const CYCLONEDX = { kind: 'sbom', format: 'cyclonedx', what: 'a CycloneDX document (JSON)' } as const;
const SLSA = { kind: 'provenance', format: 'in-toto', what: 'an in-toto statement (provenance)' } as const;
const NOTARY = 'application/vnd.cncf.notary.signature';
const HELM: Recognised = {
  artifactType: 'application/vnd.cncf.helm.config.v1+json',
  mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  kind: 'helm-chart',
  what: 'a Helm chart',
};

export const PEM = Buffer.from(
  `-----BEGIN CERTIFICATE-----\n${'MIIBszCCAVmgAwIBAgIUQw\n'.repeat(250)}-----END CERTIFICATE-----\n`,
);

export async function corpus(): Promise<readonly Vector[]> {
  return [
    same('SPDX by npm', fixture('npm.spdx.json'), 'application/spdx+json', {
      ...SPDX,
      created: '2026-11-22T09:20:01.043Z',
    }),
    same('SPDX with sorted names', by.spdxSorted, 'application/spdx+json', {
      ...SPDX,
      created: '2023-01-29T18:30:22Z',
    }),
    same('SPDX 3', by.spdx3, 'application/spdx3+json', {
      ...SPDX,
      what: 'an SPDX 3 document (JSON)',
      created: '2024-05-02T00:00:00Z',
    }),
    same('SPDX tag-value', by.spdxTagValue, 'text/spdx', {
      ...SPDX,
      what: 'an SPDX document (tag-value)',
      created: '2021-08-26T01:46:00Z',
    }),
    same('SPDX YAML', by.spdxYaml, 'application/spdx+yaml', {
      ...SPDX,
      what: 'an SPDX document (YAML)',
      created: '2010-01-29T18:30:22Z',
    }),
    same('SPDX RDF', by.spdxRdf, 'application/spdx+rdf', {
      ...SPDX,
      what: 'an SPDX document (RDF/XML)',
      created: '2010-01-29T18:30:22Z',
    }),
    same('CycloneDX by npm', fixture('npm.cdx.json'), 'application/vnd.cyclonedx+json', {
      ...CYCLONEDX,
      created: '2026-11-22T09:20:02.038Z',
    }),
    same('CycloneDX of a wheel', fixture('cryptography.cdx.json'), 'application/vnd.cyclonedx+json', {
      ...CYCLONEDX,
      created: '2026-05-02T09:34:54Z',
    }),
    same('CycloneDX XML', by.cyclonedxXml, 'application/vnd.cyclonedx+xml', {
      ...CYCLONEDX,
      what: 'a CycloneDX document (XML)',
      created: '2020-04-07T05:01:00Z',
    }),
    same('CycloneDX XML with a prefix', by.cyclonedxPrefixed, 'application/vnd.cyclonedx+xml', {
      ...CYCLONEDX,
      what: 'a CycloneDX document (XML)',
    }),
    same('Syft', by.syft, 'application/vnd.syft+json', {
      kind: 'sbom',
      format: 'syft',
      what: 'a Syft document (JSON)',
    }),
    same('SARIF by Biome', fixture('biome.sarif'), 'application/sarif+json', {
      kind: 'scan',
      format: 'sarif',
      what: 'a SARIF report',
    }),
    same('SARIF without its schema', by.sarif, 'application/sarif+json', {
      kind: 'scan',
      format: 'sarif',
      what: 'a SARIF report',
      created: '2016-07-16T14:19:01Z',
    }),
    same('OpenVEX', by.openvex, 'application/vnd.openvex+json', {
      kind: 'vex',
      format: 'openvex',
      what: 'an OpenVEX document',
      created: '2023-01-09T00:02:03.647Z',
    }),
    same('CSAF', by.csaf, 'application/csaf+json', {
      kind: 'vex',
      format: 'csaf',
      what: 'a CSAF document',
      created: '2022-03-03T11:00:00Z',
    }),
    same('SLSA 1', by.slsa1, 'application/vnd.in-toto+json', {
      ...SLSA,
      predicateType: 'https://slsa.dev/provenance/v1',
      created: '2025-11-02T10:00:05.123Z',
    }),
    same('SLSA 0.2', by.slsa02, 'application/vnd.in-toto+json', {
      ...SLSA,
      predicateType: 'https://slsa.dev/provenance/v0.2',
      created: '2022-08-18T20:11:29Z',
    }),
    same('SPDX in a statement', by.spdxStatement, 'application/vnd.in-toto+json', {
      kind: 'sbom',
      format: 'in-toto',
      predicateType: 'https://spdx.dev/Document',
      what: 'an in-toto statement (SBOM)',
      created: '2023-01-29T18:30:22Z',
    }),
    same('a statement of one’s own', by.unknownStatement, 'application/vnd.in-toto+json', {
      kind: 'attestation',
      format: 'in-toto',
      predicateType: 'https://example.com/looked-at-by-hand/v1',
      what: 'an in-toto statement',
    }),
    same('DSSE by cosign', by.dsse, 'application/vnd.dsse.envelope.v1+json', {
      kind: 'sbom',
      format: 'dsse',
      predicateType: 'https://cyclonedx.org/bom',
      what: 'a DSSE envelope (SBOM)',
      created: '2024-02-29T12:00:00Z',
    }),
    same('DSSE of another payload', by.dsseOther, 'application/vnd.dsse.envelope.v1+json', {
      kind: 'attestation',
      format: 'dsse',
      what: 'a DSSE envelope',
    }),
    same('bundle by npm', fixture('provenance.sigstore.json'), 'application/vnd.dev.sigstore.bundle.v0.3+json', {
      kind: 'provenance',
      format: 'sigstore-bundle',
      predicateType: 'https://slsa.dev/provenance/v1',
      what: 'a Sigstore bundle (provenance)',
      created: '2026-11-20T10:03:21Z',
    }),
    same(
      'bundle of a message by npm',
      fixture('message.sigstore.json'),
      'application/vnd.dev.sigstore.bundle.v0.2+json',
      {
        kind: 'signature',
        format: 'sigstore-bundle',
        what: 'a Sigstore bundle (signature)',
      },
    ),
    same('bundle with a log entry', by.loggedBundle, 'application/vnd.dev.sigstore.bundle.v0.1+json', {
      kind: 'signature',
      format: 'sigstore-bundle',
      what: 'a Sigstore bundle (signature)',
      created: '2022-11-09T23:00:41Z',
    }),
    same('cosign payload', by.cosignPayload, 'application/vnd.dev.cosign.simplesigning.v1+json', {
      kind: 'signature',
      format: 'cosign',
      what: "cosign's signed payload",
    }),
    {
      id: 'notation JWS',
      bytes: by.notaryJws,
      is: {
        artifactType: NOTARY,
        mediaType: 'application/jose+json',
        kind: 'signature',
        format: 'notation',
        what: 'a Notary Project signature (JWS)',
        created: '2022-04-06T07:01:20Z',
      },
    },
    {
      id: 'notation COSE',
      bytes: by.notaryCose,
      is: {
        artifactType: NOTARY,
        mediaType: 'application/cose',
        kind: 'signature',
        format: 'notation',
        what: 'a Notary Project signature (COSE)',
      },
    },
    same('JWS of two signers', by.generalJws, 'application/jose+json', { kind: 'signature', what: 'a JWS (JSON)' }),
    same('JWS in a line', by.compactJws, 'application/jose', { kind: 'signature', what: 'a JWS' }),
    same('COSE', by.cose, 'application/cose', { kind: 'signature', what: 'a COSE signature' }),
    { id: 'Helm chart', bytes: await helmChart(), is: HELM },
    { id: 'Helm chart by tar', bytes: await helmChartByTar(), is: HELM },
    {
      id: 'OPA bundle',
      bytes: await opaBundle(),
      is: {
        artifactType: 'application/vnd.cncf.openpolicyagent.config.v1+json',
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        kind: 'policy',
        what: 'an OPA bundle',
      },
    },
    same('Wasm module', by.wasmModule, 'application/wasm', { kind: 'wasm', what: 'a WebAssembly module' }),
    same('Wasm component', by.wasmComponent, 'application/wasm', { kind: 'wasm', what: 'a WebAssembly component' }),
    same('certificate', PEM, 'application/pem-certificate-chain', { kind: 'certificate', what: 'a certificate (PEM)' }),
  ];
}
