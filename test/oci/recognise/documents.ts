/** Documents written by hand after the examples of their specifications, with enough in them to be cut. */

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const json = (value: unknown, indent?: number) => Buffer.from(JSON.stringify(value, null, indent));
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const spdxPackages = many(60, (n) => ({
  SPDXID: `SPDXRef-Package-${n}`,
  name: `package-${n}`,
  versionInfo: `1.0.${n}`,
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
}));

export const spdxDocument = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'glibc-2.11.1',
  documentNamespace: 'http://spdx.org/spdxdocs/example-444504E0-4F89-41D3-9A0C-0305E82C3301',
  creationInfo: { created: '2023-01-29T18:30:22Z', creators: ['Tool: LicenseFind-1.0'] },
  packages: spdxPackages,
};

/** As Python's `json.dumps(sort_keys=True)` writes it: the version comes last. */
export const spdxSorted = json(
  Object.fromEntries(Object.entries(spdxDocument).sort(([a], [b]) => (a < b ? -1 : 1))),
  4,
);

export const spdx3 = json({
  '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
  '@graph': [
    {
      type: 'CreationInfo',
      '@id': '_:creationinfo',
      created: '2024-05-02T00:00:00Z',
      createdBy: ['http://spdx.example.com/Agent/JoshuaWatt'],
      specVersion: '3.0.1',
    },
    { type: 'SpdxDocument', spdxId: 'http://spdx.example.com/Document1', creationInfo: '_:creationinfo' },
    ...many(60, (n) => ({ type: 'software_Package', spdxId: `http://spdx.example.com/P${n}`, name: `p${n}` })),
  ],
});

export const spdxTagValue = Buffer.from(
  [
    '# Made by hand',
    '',
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    'DocumentName: hello',
    'DocumentNamespace: https://swinslow.net/spdx-examples/example1/hello-v3',
    'Creator: Person: Steve Winslow (steve@swinslow.net)',
    'Created: 2021-08-26T01:46:00Z',
    ...many(80, (n) => `\n##### Package: p${n}\n\nPackageName: p${n}\nSPDXID: SPDXRef-p${n}\nFilesAnalyzed: false`),
  ].join('\n'),
);

export const spdxYaml = Buffer.from(`---
SPDXID: "SPDXRef-DOCUMENT"
spdxVersion: "SPDX-2.2"
creationInfo:
  comment: "This package has been shipped in source and binary form."
  created: "2010-01-29T18:30:22Z"
  creators:
  - "Tool: LicenseFind-1.0"
name: "SPDX-Tools-v2.0"
dataLicense: "CC0-1.0"
packages:
${many(80, (n) => `- SPDXID: "SPDXRef-${n}"\n  name: "p${n}"\n  downloadLocation: "NOASSERTION"`).join('\n')}
`);

export const spdxRdf = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:j.0="http://usefulinc.com/ns/doap#"
    xmlns:spdx="http://spdx.org/rdf/terms#"
    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
  <spdx:SpdxDocument rdf:about="http://spdx.org/spdxdocs/example#SPDXRef-DOCUMENT">
    <spdx:specVersion>SPDX-2.3</spdx:specVersion>
    <spdx:creationInfo>
      <spdx:CreationInfo>
        <spdx:created>2010-01-29T18:30:22Z</spdx:created>
      </spdx:CreationInfo>
    </spdx:creationInfo>
${many(60, (n) => `    <spdx:relationship><spdx:Relationship><rdfs:comment>${n}</rdfs:comment></spdx:Relationship></spdx:relationship>`).join('\n')}
  </spdx:SpdxDocument>
</rdf:RDF>
`);

export const cyclonedxXml = Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<!-- made -- by hand -->
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber='urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79' version="1">
  <metadata>
    <timestamp>2020-04-07T07:01:00+02:00</timestamp>
  </metadata>
  <components>
${many(60, (n) => `    <component type="library"><name>c${n}</name><version>1.${n}</version></component>`).join('\n')}
  </components>
</bom>
`);

/** As ElementTree of Python writes a document with a namespace. */
export const cyclonedxPrefixed = Buffer.from(
  '<ns0:bom xmlns:ns0="http://cyclonedx.org/schema/bom/1.4" version="1"><ns0:components /></ns0:bom>',
);

export const syft = json(
  {
    artifacts: many(60, (n) => ({
      id: `74d9294c42941b3${n}`,
      name: `alpine-${n}`,
      version: '3.4.3-r1',
      type: 'apk',
      foundBy: 'apk-db-cataloger',
      locations: [
        {
          path: '/lib/apk/db/installed',
          layerID: 'sha256:8d3ac3489996423f53d6087c81180006263b79f206d3fdec9e66f0e27ceb8759',
        },
      ],
      licenses: [],
    })),
    artifactRelationships: [],
    source: { id: 'c5', name: 'alpine', version: 'latest', type: 'image', metadata: {} },
    distro: { name: 'alpine' },
    descriptor: { name: 'syft', version: '1.18.1', configuration: {} },
    schema: {
      version: '16.0.22',
      url: 'https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.22.json',
    },
  },
  1,
);

export const sarif = json({
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: { name: 'CodeScanner', rules: many(60, (n) => ({ id: `CA${n}`, shortDescription: { text: 'x' } })) },
      },
      invocations: [{ executionSuccessful: true, endTimeUtc: '2016-07-16T14:19:01Z' }],
      results: [],
    },
  ],
});

export const openvex = json({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://openvex.dev/docs/example/vex-9fb3463de1b57',
  author: 'Wolfi J Inkinson',
  role: 'Document Creator',
  timestamp: '2023-01-08T18:02:03.647787998-06:00',
  version: '1',
  statements: many(60, (n) => ({
    vulnerability: { name: `CVE-2023-${n}` },
    products: [{ '@id': 'pkg:apk/wolfi/git@2.39.0-r1?arch=armv7' }],
    status: 'fixed',
  })),
});

export const csaf = json({
  document: {
    category: 'csaf_vex',
    csaf_version: '2.0',
    publisher: { category: 'vendor', name: 'Example Company ProductCERT', namespace: 'https://psirt.example.com' },
    title: 'Example VEX Document',
    tracking: {
      current_release_date: '2022-03-03T11:00:00.000Z',
      id: '2022-EVD-UC-01-NA-001',
      initial_release_date: '2022-03-03T11:00:00.000Z',
      status: 'final',
      version: '1',
    },
  },
  product_tree: { branches: many(60, (n) => ({ category: 'vendor', name: `Example Company ${n}` })) },
  vulnerabilities: [],
});

const subject = [{ name: '_', digest: { sha256: '5678abc2'.repeat(8) } }];
const statement = (predicateType: string, predicate: unknown) => ({
  _type: 'https://in-toto.io/Statement/v1',
  predicateType,
  subject,
  predicate,
});

export const slsa1 = json(
  statement('https://slsa.dev/provenance/v1', {
    buildDefinition: { buildType: 'https://mobyproject.org/buildkit@v1', externalParameters: { request: {} } },
    runDetails: { builder: { id: '' }, metadata: { finishedOn: '2025-11-02T10:00:05.123456789Z' } },
    padding: many(200, (n) => ({ uri: `pkg:docker/alpine@${n}` })),
  }),
  2,
);

export const slsa02 = json({
  ...statement('https://slsa.dev/provenance/v0.2', {
    builder: { id: '' },
    buildType: 'https://mobyproject.org/buildkit@v1',
    metadata: { buildStartedOn: '2022-08-18T20:10:00Z', buildFinishedOn: '2022-08-18T20:11:29Z' },
  }),
  _type: 'https://in-toto.io/Statement/v0.1',
});

export const spdxStatement = json(statement('https://spdx.dev/Document', spdxDocument));
export const unknownStatement = json(statement('https://example.com/looked-at-by-hand/v1', { by: 'me' }));

/** As `cosign attest` writes it: the payload in the middle, and longer than any beginning. */
export const dsse = json({
  payloadType: 'application/vnd.in-toto+json',
  payload: base64(
    statement('https://cyclonedx.org/bom', {
      bomFormat: 'CycloneDX',
      components: spdxPackages,
      metadata: { timestamp: '2024-02-29T12:00:00Z' },
    }),
  ),
  signatures: [{ keyid: '', sig: 'MEUCIQD' }],
});

/** As in the specification of DSSE: the payload first, and not of in-toto. */
export const dsseOther = json({
  payload: Buffer.from('hello world').toString('base64'),
  payloadType: 'http://example.com/HelloWorld',
  signatures: [{ sig: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==' }],
});

/** As cosign 2 wrote it with `--new-bundle-format`, logged but signed over the file itself. */
export const loggedBundle = json({
  mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
  verificationMaterial: {
    x509CertificateChain: { certificates: [{ rawBytes: 'MIIC'.repeat(1200) }] },
    tlogEntries: [
      { logIndex: '6751924', kindVersion: { kind: 'hashedrekord', version: '0.0.1' }, integratedTime: '1668034841' },
    ],
  },
  messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: 'oJiS' }, signature: 'MEQCIA' },
});

export const cosignPayload = json({
  critical: {
    identity: { 'docker-reference': 'ghcr.io/example/app' },
    image: { 'docker-manifest-digest': `sha256:${'87ef60f5'.repeat(8)}` },
    type: 'cosign container image signature',
  },
  optional: null,
});

const notaryHeader = {
  alg: 'PS384',
  cty: 'application/vnd.cncf.notary.payload.v1+json',
  'io.cncf.notary.signingScheme': 'notary.x509',
  'io.cncf.notary.signingTime': '2022-04-06T07:01:20Z',
  crit: ['io.cncf.notary.signingScheme'],
};

/** The Notary Project's specification, signature-envelope-jws.md. */
export const notaryJws = json({
  payload: base64url({ targetArtifact: { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 16724 } }),
  protected: base64url(notaryHeader),
  header: { x5c: ['MIIC'.repeat(1500)], 'io.cncf.notary.signingAgent': 'notation/1.0.0' },
  signature: 'Base64Url',
});

/** RFC 7515, appendix A.6: two signers. */
export const generalJws = json({
  payload: Buffer.from('It’s a dangerous business').toString('base64url'),
  signatures: [
    { protected: base64url({ alg: 'RS256' }), header: { kid: '2010-12-29' }, signature: 'cC4hiUPoj9Eetd' },
    { protected: base64url({ alg: 'ES256' }), header: { kid: 'e9bc097a' }, signature: 'DtEhU3ljbEg8L38' },
  ],
});

/** RFC 7797: a payload that is no set of claims, and no type. */
export const compactJws = Buffer.from(
  `${base64url({ alg: 'ES256' })}.${Buffer.from('text').toString('base64url')}.DtEhU3\n`,
);

const cbor = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

const coseHeader = cbor(0xa2, 0x01, 0x38, 0x24, 0x03, 0x78, 43, 'application/vnd.cncf.notary.payload.v1+json');
/** The Notary Project's specification, signature-envelope-cose.md: the type of the payload is header 3. */
export const notaryCose = Buffer.concat([
  Buffer.from([0xd2, 0x84, 0x58, coseHeader.length]),
  coseHeader,
  cbor(0xa1, 0x18, 0x21, 0x81, 0x59, 0x13, 0x88),
  Buffer.alloc(5000, 0x30),
  cbor(0x42, '{}', 0x41, 's'),
]);

/** RFC 9052, appendix C.2.1. */
export const cose = Buffer.from(
  'd28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36',
  'hex',
);

/** An empty module, and an empty component. */
export const wasmModule = Buffer.from('0061736d01000000', 'hex');
export const wasmComponent = Buffer.from('0061736d0d000100', 'hex');
