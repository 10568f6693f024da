import { given } from '../../oci/values/given.js';
import type { Format, Kind, KindRow } from './kind.js';

const type = (value: string, kind: Kind | undefined, format?: Format): KindRow => ({
  where: 'type',
  value,
  kind,
  ...given({ format }),
});
const predicate = (value: string, kind: Kind, format?: Format): KindRow => ({
  where: 'predicate',
  value,
  kind,
  ...given({ format }),
});

/**
 * All that is known of kinds: one row for one fact, with its source. The first row that fits counts. To add a kind, add a
 * row here and a vector in the tests.
 */
export const KIND_TABLE: readonly KindRow[] = [
  // SPDX: IANA registers these three, the last one in 2026-06 for SPDX 3, whose JSON is another one.
  type('application/spdx+json', 'sbom', 'spdx'),
  type('application/spdx3+json', 'sbom', 'spdx'),
  type('text/spdx', 'sbom', 'spdx'),
  // The others are in use: cosign before its issue 3515 (SBOM_SPEC.md), and names after the pattern of the first.
  type('text/spdx+json', 'sbom', 'spdx'),
  type('text/spdx+xml', 'sbom', 'spdx'),
  type('application/spdx+xml', 'sbom', 'spdx'),
  type('application/spdx+yaml', 'sbom', 'spdx'),
  type('application/spdx+rdf', 'sbom', 'spdx'),
  // CycloneDX: IANA registers +json and +xml; cosign's SBOM_SPEC.md has the bare one.
  type('application/vnd.cyclonedx', 'sbom', 'cyclonedx'),
  type('application/vnd.cyclonedx+json', 'sbom', 'cyclonedx'),
  type('application/vnd.cyclonedx+xml', 'sbom', 'cyclonedx'),
  // Syft's own format (IANA), as cosign attaches it.
  type('application/vnd.syft+json', 'sbom', 'syft'),
  // Harbor's accessory for the SBOMs that it makes, and the report of its scanner API (pluggable-scanner-spec).
  type('application/vnd.goharbor.harbor.sbom.v1', 'sbom'),
  type('application/vnd.security.sbom.report*', 'sbom'),
  // cosign, "experimental" OCI 1.1 mode: the type of the config names what is attached.
  type('application/vnd.dev.cosign.artifact.sbom.v1+json', 'sbom', 'cosign'),
  type('application/vnd.dev.cosign.artifact.sig.v1+json', 'signature', 'cosign'),
  type('application/vnd.dev.cosign.artifact.att.v1+json', undefined, 'cosign'),
  // cosign's payload (its specification, SIGNATURE_SPEC.md).
  type('application/vnd.dev.cosign.simplesigning.v1+json', 'signature', 'cosign'),
  // Sigstore bundles; the predicate decides what they are. 0.1 and 0.2 had their version as a parameter, which OCI forbids.
  type('application/vnd.dev.sigstore.bundle*', undefined, 'sigstore-bundle'),
  // Notary Project signatures; the second is from notation before 1.0.
  type('application/vnd.cncf.notary.signature', 'signature', 'notation'),
  type('application/vnd.cncf.notary.v2.signature', 'signature', 'notation'),
  // JWS and COSE (RFC 7515, RFC 9052): the envelopes of notation, and of others.
  type('application/jose+json', 'signature'),
  type('application/jose', 'signature'),
  type('application/cose', 'signature'),
  // Detached OpenPGP and S/MIME signatures (RFC 3156, RFC 8551).
  type('application/pgp-signature', 'signature'),
  type('application/pkcs7-signature', 'signature'),
  // in-toto attestations of one predicate (its specification, envelope.md): +json bare, +dsse signed, +cose likewise.
  type('application/vnd.in-toto.spdx+*', 'sbom', 'in-toto'),
  type('application/vnd.in-toto.cyclonedx+*', 'sbom', 'in-toto'),
  type('application/vnd.in-toto.provenance+*', 'provenance', 'in-toto'),
  type('application/vnd.in-toto.openvex+*', 'vex', 'in-toto'),
  type('application/vnd.in-toto.vulns+*', 'scan', 'in-toto'),
  type('application/vnd.in-toto.test-result+*', 'test-result', 'in-toto'),
  type('application/vnd.in-toto*', undefined, 'in-toto'),
  type('application/vnd.dsse.envelope.v1+json', undefined, 'dsse'),
  // BuildKit since 0.32.
  type('application/vnd.docker.attestation.manifest.v1+json', undefined, 'in-toto'),
  // VEX. OpenVEX has registered none; the first is what Harbor knows and people attach with oras (goharbor/harbor#22720).
  type('application/vnd.openvex+json', 'vex', 'openvex'),
  type('application/openvex+json', 'vex', 'openvex'),
  type('application/vex+json', 'vex'),
  // CSAF: not registered; Clair and ROLIE feeds say so.
  type('application/csaf+json', 'vex', 'csaf'),
  // Results of scanners: SARIF (IANA), and Harbor's scanner API, which has its version as a parameter.
  type('application/sarif+json', 'scan', 'sarif'),
  type('application/vnd.security.vulnerability.report*', 'scan'),
  type('application/vnd.scanner.adapter.vuln.report.harbor+json*', 'scan'),
  // Helm's charts (IANA), the layer of Helm before 3.7, and the OpenPGP signature that may stand beside a chart.
  type('application/vnd.cncf.helm.config.v1+json', 'helm-chart'),
  type('application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'helm-chart'),
  type('application/vnd.cncf.helm.chart.content.layer.v1+tar', 'helm-chart'),
  type('application/vnd.cncf.helm.chart.provenance.v1.prov', 'signature'),
  // Flux, as `flux push artifact` writes it.
  type('application/vnd.cncf.flux.config.v1+json', 'kubernetes'),
  type('application/vnd.cncf.flux.content.v1.tar+gzip', 'kubernetes'),
  // WebAssembly: CNCF's TAG Runtime ("wasm-oci-artifact"), and what came before it.
  type('application/vnd.wasm.config.v0+json', 'wasm'),
  type('application/vnd.wasm.config.v1+json', 'wasm'),
  type('application/vnd.module.wasm.config.v1+json', 'wasm'),
  type('application/wasm', 'wasm'),
  type('application/vnd.wasm.content.layer.v1+wasm', 'wasm'),
  type('application/vnd.module.wasm.content.layer.v1+wasm', 'wasm'),
  // Policies: conftest, Trivy's checks, Kyverno, Falco's rules; the last is what people write for OPA's bundles.
  type('application/vnd.cncf.openpolicyagent.*', 'policy'),
  type('application/vnd.cncf.kyverno.*', 'policy'),
  type('application/vnd.cncf.falco.rulesfile.*', 'policy'),
  type('application/vnd.opa.bundle*', 'policy'),
  // Licenses that travel with models; before the models, whose layers they are.
  type('application/vnd.docker.ai.license', 'license'),
  type('application/vnd.ollama.image.license', 'license'),
  // Models: CNCF ModelPack, KitOps, Docker Model Runner, Ollama.
  type('application/vnd.cncf.model.*', 'model'),
  type('application/vnd.kitops.modelkit.*', 'model'),
  type('application/vnd.docker.ai.*', 'model'),
  type('application/vnd.ollama.image.*', 'model'),
  // Certificates (RFC 8555; RFC 2585 for a single one in DER).
  type('application/pem-certificate-chain', 'certificate'),
  type('application/pkix-cert', 'certificate'),
  // The end of life of an image: ORAS's and Azure's name for it, and that of Microsoft's own images.
  type('application/vnd.artifact.lifecycle', 'lifecycle'),
  type('application/vnd.microsoft.artifact.lifecycle', 'lifecycle'),
  // Images.
  type('application/vnd.oci.image.config.v1+json', 'image'),
  type('application/vnd.docker.container.image.v1+json', 'image'),

  // Predicate types: in-toto's own list, SLSA, syft, OpenVEX, cosign (whose specification has the scan without scheme).
  predicate('https://spdx.dev/Document', 'sbom', 'spdx'),
  predicate('https://spdx.dev/Document/*', 'sbom', 'spdx'),
  predicate('https://cyclonedx.org/bom', 'sbom', 'cyclonedx'),
  predicate('https://cyclonedx.org/bom/*', 'sbom', 'cyclonedx'),
  predicate('https://syft.dev/bom', 'sbom', 'syft'),
  predicate('https://syft.dev/bom/*', 'sbom', 'syft'),
  predicate('https://slsa.dev/provenance/*', 'provenance'),
  predicate('https://slsa.dev/verification_summary/*', 'attestation'),
  predicate('https://openvex.dev/ns', 'vex', 'openvex'),
  predicate('https://openvex.dev/ns/*', 'vex', 'openvex'),
  predicate('https://sigstore.dev/cosign/sign/v1', 'signature', 'cosign'),
  predicate('https://cosign.sigstore.dev/attestation/vuln/*', 'scan'),
  predicate('cosign.sigstore.dev/attestation/vuln/*', 'scan'),
  predicate('https://in-toto.io/attestation/vulns/*', 'scan'),
  predicate('https://in-toto.io/attestation/test-result/*', 'test-result'),
  // Every other statement is an attestation.
  predicate('*', 'attestation'),

  // cosign's tags beside a subject.
  { where: 'cosign-tag', value: '.sig', kind: 'signature', format: 'cosign' },
  { where: 'cosign-tag', value: '.att', kind: 'attestation', format: 'dsse' },
  { where: 'cosign-tag', value: '.sbom', kind: 'sbom', format: 'cosign' },
];
