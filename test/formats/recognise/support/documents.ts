import { spdxDocument, spdxPackages } from './sboms.js';
import { base64, base64url, json, many } from './writing.js';

/** Documents written by hand after the examples of their specifications, with enough in them to be cut. */

export * from './sboms.js';

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
