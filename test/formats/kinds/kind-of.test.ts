import { describe, expect, it } from 'vitest';
import { FORMATS, type Format, KINDS, type Kind, type Where } from '../../../src/formats/kinds/kind.js';
import { type KindFacts, kindOf, kindRow } from '../../../src/formats/kinds/kind-of.js';
import { KIND_TABLE } from '../../../src/formats/kinds/table.js';
import { isMediaType, MediaType } from '../../../src/oci/values/media-types.js';

type Vector = readonly [value: string, kind: Kind | undefined, format?: Format];

/** Values as tools write them, at least one for each row. */
const TYPES: readonly Vector[] = [
  ['application/spdx+json', 'sbom', 'spdx'],
  ['application/spdx3+json', 'sbom', 'spdx'],
  ['text/spdx', 'sbom', 'spdx'],
  ['text/spdx+json', 'sbom', 'spdx'],
  ['text/spdx+xml', 'sbom', 'spdx'],
  ['application/spdx+xml', 'sbom', 'spdx'],
  ['application/spdx+yaml', 'sbom', 'spdx'],
  ['application/spdx+rdf', 'sbom', 'spdx'],
  ['application/vnd.cyclonedx', 'sbom', 'cyclonedx'],
  ['application/vnd.cyclonedx+json', 'sbom', 'cyclonedx'],
  ['application/vnd.cyclonedx+xml', 'sbom', 'cyclonedx'],
  ['application/vnd.syft+json', 'sbom', 'syft'],
  ['application/vnd.goharbor.harbor.sbom.v1', 'sbom'],
  ['application/vnd.security.sbom.report+json; version=1.0', 'sbom'],
  ['application/vnd.dev.cosign.artifact.sbom.v1+json', 'sbom', 'cosign'],
  ['application/vnd.dev.cosign.artifact.sig.v1+json', 'signature', 'cosign'],
  ['application/vnd.dev.cosign.artifact.att.v1+json', undefined, 'cosign'],
  ['application/vnd.dev.cosign.simplesigning.v1+json', 'signature', 'cosign'],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', undefined, 'sigstore-bundle'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', undefined, 'sigstore-bundle'],
  ['application/vnd.cncf.notary.signature', 'signature', 'notation'],
  ['application/vnd.cncf.notary.v2.signature', 'signature', 'notation'],
  ['application/jose+json', 'signature'],
  ['application/jose', 'signature'],
  ['application/cose', 'signature'],
  ['application/pgp-signature', 'signature'],
  ['application/pkcs7-signature', 'signature'],
  ['application/vnd.in-toto.spdx+dsse', 'sbom', 'in-toto'],
  ['application/vnd.in-toto.cyclonedx+json', 'sbom', 'in-toto'],
  ['application/vnd.in-toto.provenance+dsse', 'provenance', 'in-toto'],
  ['application/vnd.in-toto.openvex+json', 'vex', 'in-toto'],
  ['application/vnd.in-toto.vulns+json', 'scan', 'in-toto'],
  ['application/vnd.in-toto.test-result+dsse', 'test-result', 'in-toto'],
  ['application/vnd.in-toto+json', undefined, 'in-toto'],
  ['application/vnd.in-toto.vsa+dsse', undefined, 'in-toto'],
  ['application/vnd.dsse.envelope.v1+json', undefined, 'dsse'],
  ['application/vnd.docker.attestation.manifest.v1+json', undefined, 'in-toto'],
  ['application/vnd.openvex+json', 'vex', 'openvex'],
  ['application/openvex+json', 'vex', 'openvex'],
  ['application/vex+json', 'vex'],
  ['application/csaf+json', 'vex', 'csaf'],
  ['application/sarif+json', 'scan', 'sarif'],
  ['application/vnd.security.vulnerability.report; version=1.1', 'scan'],
  ['application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0', 'scan'],
  ['application/vnd.cncf.helm.config.v1+json', 'helm-chart'],
  ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'helm-chart'],
  ['application/vnd.cncf.helm.chart.content.layer.v1+tar', 'helm-chart'],
  ['application/vnd.cncf.helm.chart.provenance.v1.prov', 'signature'],
  ['application/vnd.cncf.flux.config.v1+json', 'kubernetes'],
  ['application/vnd.cncf.flux.content.v1.tar+gzip', 'kubernetes'],
  ['application/vnd.wasm.config.v0+json', 'wasm'],
  ['application/vnd.wasm.config.v1+json', 'wasm'],
  ['application/vnd.module.wasm.config.v1+json', 'wasm'],
  ['application/wasm', 'wasm'],
  ['application/vnd.wasm.content.layer.v1+wasm', 'wasm'],
  ['application/vnd.module.wasm.content.layer.v1+wasm', 'wasm'],
  ['application/vnd.cncf.openpolicyagent.config.v1+json', 'policy'],
  ['application/vnd.cncf.openpolicyagent.policy.layer.v1+rego', 'policy'],
  ['application/vnd.cncf.openpolicyagent.layer.v1.tar+gzip', 'policy'],
  ['application/vnd.cncf.kyverno.policy.layer.v1+yaml', 'policy'],
  ['application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz', 'policy'],
  ['application/vnd.opa.bundle.layer.v1+gzip', 'policy'],
  ['application/vnd.docker.ai.license', 'license'],
  ['application/vnd.ollama.image.license', 'license'],
  ['application/vnd.cncf.model.manifest.v1+json', 'model'],
  ['application/vnd.cncf.model.weight.v1.raw', 'model'],
  ['application/vnd.kitops.modelkit.config.v1+json', 'model'],
  ['application/vnd.docker.ai.model.config.v0.1+json', 'model'],
  ['application/vnd.docker.ai.gguf.v3', 'model'],
  ['application/vnd.ollama.image.model', 'model'],
  ['application/vnd.ollama.image.template', 'model'],
  ['application/vnd.artifact.lifecycle', 'lifecycle'],
  ['application/vnd.microsoft.artifact.lifecycle', 'lifecycle'],
  ['application/pem-certificate-chain', 'certificate'],
  ['application/pkix-cert', 'certificate'],
  [MediaType.imageConfig, 'image'],
  [MediaType.dockerImageConfig, 'image'],
];

const PREDICATES: readonly Vector[] = [
  ['https://spdx.dev/Document', 'sbom', 'spdx'],
  ['https://spdx.dev/Document/v2.3', 'sbom', 'spdx'],
  ['https://cyclonedx.org/bom', 'sbom', 'cyclonedx'],
  ['https://cyclonedx.org/bom/v1.4', 'sbom', 'cyclonedx'],
  ['https://syft.dev/bom', 'sbom', 'syft'],
  ['https://syft.dev/bom/v1', 'sbom', 'syft'],
  ['https://slsa.dev/provenance/v0.2', 'provenance'],
  ['https://slsa.dev/provenance/v1', 'provenance'],
  ['https://slsa.dev/verification_summary/v1', 'attestation'],
  ['https://openvex.dev/ns', 'vex', 'openvex'],
  ['https://openvex.dev/ns/v0.2.0', 'vex', 'openvex'],
  ['https://sigstore.dev/cosign/sign/v1', 'signature', 'cosign'],
  ['https://cosign.sigstore.dev/attestation/vuln/v1', 'scan'],
  ['cosign.sigstore.dev/attestation/vuln/v1', 'scan'],
  ['https://in-toto.io/attestation/vulns/v0.1', 'scan'],
  ['https://in-toto.io/attestation/test-result/v0.1', 'test-result'],
  ['https://cosign.sigstore.dev/attestation/v1', 'attestation'],
  // Another type than the one that it begins with.
  ['https://spdx.dev/DocumentX', 'attestation'],
  ['https://cyclonedx.org/bomb', 'attestation'],
  ['https://openvex.dev/nsx', 'attestation'],
  ['https://example.com/looked-at-by-hand/v1', 'attestation'],
];

const TAGS: readonly Vector[] = [
  ['.sig', 'signature', 'cosign'],
  ['.att', 'attestation', 'dsse'],
  ['.sbom', 'sbom', 'cosign'],
];

type Row = readonly [where: Where, ...Vector];

const VECTORS: readonly Row[] = [
  ...TYPES.map((vector): Row => ['type', ...vector]),
  ...PREDICATES.map((vector): Row => ['predicate', ...vector]),
  ...TAGS.map((vector): Row => ['cosign-tag', ...vector]),
];

describe('the table', () => {
  it.each(VECTORS.map(([where, value, kind, format]) => ({ where, value, kind, format })))(
    '$where $value is $kind',
    ({ where, value, kind, format }) => {
      expect(kindRow(where, value)).toMatchObject({ kind });
      expect(kindRow(where, value)?.format).toBe(format);
    },
  );

  it('has a vector for each row, and no row that another one hides', () => {
    const reached = new Set(VECTORS.map(([where, value]) => kindRow(where, value)));
    expect(KIND_TABLE.filter((row) => !reached.has(row)).map(({ value }) => value)).toEqual([]);
  });

  it('says each thing once', () => {
    const keys = KIND_TABLE.map(({ where, value }) => `${where} ${value}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('has well formed values', () => {
    const formed: Record<Where, (value: string) => boolean> = {
      // A pattern ends where more may follow: behind a type and the start of a subtype.
      type: (value) => (value.endsWith('*') ? isMediaType(value.slice(0, -1)) : isMediaType(value)),
      predicate: (value) => value === '*' || /^(https:\/\/)?[a-z.-]+\/[\w./-]+\*?$/.test(value),
      'cosign-tag': (value) => /^\.[a-z]+$/.test(value),
    };
    expect(KIND_TABLE.filter(({ where, value }) => !formed[where](value))).toEqual([]);
  });

  it('has each kind that a row can have, and each format', () => {
    const kinds = new Set(KIND_TABLE.map(({ kind }) => kind));
    const formats = new Set(KIND_TABLE.map(({ format }) => format));
    expect(KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
    expect(FORMATS.filter((format) => !formats.has(format))).toEqual([]);
  });

  it.each(['application/spdx+jsonx', 'application/spdx', 'APPLICATION/SPDX+JSON', 'x/application/spdx+json', ''])(
    'a whole value is compared whole: %j is unknown',
    (value) => {
      expect(kindRow('type', value)).toBeUndefined();
    },
  );
});

describe('what an artifact is', () => {
  const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const IN_TOTO = 'application/vnd.in-toto+json';
  const DSSE = 'application/vnd.dsse.envelope.v1+json';
  const SPDX = 'https://spdx.dev/Document';
  const SLSA = 'https://slsa.dev/provenance/v1';

  it.each<[string, KindFacts, Kind | undefined, readonly Format[]]>([
    ['nothing', {}, undefined, []],
    ['an unknown type', { artifactType: 'application/vnd.example.thing' }, undefined, []],
    ['no type of its own', { artifactType: MediaType.unknownArtifact, configType: MediaType.empty }, undefined, []],
    ['the empty config and a text', { configType: MediaType.empty, layerTypes: ['text/plain'] }, undefined, []],
    ['its artifact type', { artifactType: 'application/spdx+json', configType: MediaType.empty }, 'sbom', ['spdx']],
    [
      'its artifact type before its config',
      { artifactType: 'application/sarif+json', configType: 'application/vnd.cncf.helm.config.v1+json' },
      'scan',
      ['sarif'],
    ],
    [
      'its config before its layers',
      { configType: 'application/vnd.cncf.helm.config.v1+json', layerTypes: ['application/vnd.cyclonedx+json'] },
      'helm-chart',
      ['cyclonedx'],
    ],
    [
      'an unknown artifact type, so its layers',
      { artifactType: 'application/vnd.example', configType: MediaType.empty, layerTypes: ['application/wasm'] },
      'wasm',
      [],
    ],
    ['an image', { configType: MediaType.imageConfig, layerTypes: [MediaType.imageLayerGzip] }, 'image', []],
    [
      'what older tools put on the config of an image',
      { configType: MediaType.imageConfig, layerTypes: ['application/vnd.dev.cosign.simplesigning.v1+json'] },
      'signature',
      ['cosign'],
    ],
    [
      'a model of Ollama',
      {
        configType: MediaType.dockerImageConfig,
        layerTypes: ['application/vnd.ollama.image.model', 'application/vnd.ollama.image.license'],
      },
      'model',
      [],
    ],
    [
      'a signature of notation',
      { artifactType: 'application/vnd.cncf.notary.signature', layerTypes: ['application/cose'] },
      'signature',
      ['notation'],
    ],
    [
      'a bundle of nobody knows what',
      { artifactType: BUNDLE, layerTypes: [BUNDLE] },
      'attestation',
      ['sigstore-bundle'],
    ],
    [
      'a bundle around provenance',
      { artifactType: BUNDLE, layerTypes: [BUNDLE], predicateTypes: [SLSA] },
      'provenance',
      ['sigstore-bundle'],
    ],
    ['a bundle around SPDX', { artifactType: BUNDLE, predicateTypes: [SPDX] }, 'sbom', ['sigstore-bundle', 'spdx']],
    [
      'a bundle by cosign 3',
      { artifactType: BUNDLE, predicateTypes: ['https://sigstore.dev/cosign/sign/v1'] },
      'signature',
      ['sigstore-bundle', 'cosign'],
    ],
    [
      'a bundle around what nobody knows',
      { artifactType: BUNDLE, predicateTypes: ['https://example.com/x'] },
      'attestation',
      ['sigstore-bundle'],
    ],
    ['statements alone', { layerTypes: [IN_TOTO] }, 'attestation', ['in-toto']],
    ['a predicate alone', { predicateTypes: [SLSA] }, 'provenance', []],
    [
      'what cosign attached in its way',
      { configType: MediaType.imageConfig, layerTypes: [DSSE], cosignTag: '.att', predicateTypes: [SPDX] },
      'sbom',
      ['dsse', 'spdx'],
    ],
    ['what cosign attached, unread', { configType: MediaType.imageConfig, cosignTag: '.att' }, 'attestation', ['dsse']],
    ['a tag of cosign alone', { cosignTag: '.sbom' }, 'sbom', ['cosign']],
    ['a layer before the tag of cosign', { layerTypes: ['text/spdx'], cosignTag: '.sbom' }, 'sbom', ['spdx', 'cosign']],
    ['an unknown tag', { cosignTag: '.other' }, undefined, []],
  ])('%s', (_what, facts, kind, formats) => {
    expect(kindOf(facts)).toEqual({ kind, formats });
  });

  it('of BuildKit, with an SBOM and provenance in one manifest, is the first of the two, in the formats of both', () => {
    const artifactType = 'application/vnd.docker.attestation.manifest.v1+json';
    const facts = { configType: MediaType.imageConfig, layerTypes: [IN_TOTO, IN_TOTO] };
    const formats = ['in-toto', 'spdx'];
    expect(kindOf({ ...facts, predicateTypes: [SPDX, SLSA] })).toEqual({ kind: 'sbom', formats });
    expect(kindOf({ ...facts, predicateTypes: [SLSA, SPDX] })).toEqual({ kind: 'provenance', formats });
    expect(kindOf({ ...facts, artifactType, predicateTypes: [SPDX, SLSA] })).toEqual({ kind: 'sbom', formats });
    expect(kindOf({ ...facts, artifactType })).toEqual({ kind: 'attestation', formats: ['in-toto'] });
  });

  // To be fixed in kind-of.ts, where any predicate wins over all types; then this is a plain test.
  it('that has a type of its own is that, whatever is stated beside it', () => {
    expect(kindOf({ artifactType: 'application/spdx+json', predicateTypes: [SLSA] }).kind).toBe('sbom');
    expect(kindOf({ artifactType: 'application/wasm', predicateTypes: ['https://example.com/x'] }).kind).toBe('wasm');
  });
});
