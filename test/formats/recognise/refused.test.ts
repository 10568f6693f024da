import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recognise } from '../../../src/formats/recognise/recognise.js';
import { notArchivesOfKinds, tarGz } from './support/archives.js';
import { PEM } from './support/corpus.js';
import * as documents from './support/documents.js';

const seen = (bytes: Uint8Array | string, name?: string) => [
  recognise(Buffer.from(bytes), { complete: true, name }),
  recognise(Buffer.from(bytes), { complete: false, name }),
];
const nothing = [undefined, undefined];
const own = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url));
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const parsed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

/** What a wrong answer would name wrongly in a registry: worse than no answer. */
describe('JSON that is something else', () => {
  it.each<[string, unknown]>([
    ['a package.json', parsed(own('package.json'))],
    ['a lock file', parsed(own('package-lock.json'))],
    ['a version like that of SARIF', { version: '2.1.0', runs: 3 }],
    ['a version like that of SARIF with runs of its own', { version: '2.1.0', runs: [{ tool: 'hammer' }] }],
    ['settings that name the schema of SARIF', { $schema: 'https://example.com/about-sarif.json', version: '2.1.0' }],
    [
      'an image manifest',
      { schemaVersion: 2, config: { mediaType: 'application/vnd.dev.cosign.artifact.sig.v1+json' } },
    ],
    ['an index that lists a bundle', { manifests: [{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }] }],
    ['a descriptor of a bundle', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json.sig', dsseEnvelope: {} }],
    ['CycloneDX in an answer of an API', { output: { sbom: { bomFormat: 'CycloneDX', specVersion: '1.5' } } }],
    ['SPDX in an answer of an API', { sbom: documents.spdxDocument }],
    ['SPDX in a list', [documents.spdxDocument]],
    ['OpenVEX in a list of fixtures', { cases: [parsed(documents.openvex)] }],
    [
      'a schema of CycloneDX',
      { $id: 'http://cyclonedx.org/schema/bom-1.5.schema.json', properties: { bomFormat: {} } },
    ],
    ['another context', { '@context': 'https://schema.org', '@graph': [] }],
    ['a context that begins alike', { '@context': 'https://openvex.dev/nsx', statements: [] }],
    ['a message of a type', { payload: 'aGVsbG8=', payloadType: 'greeting' }],
    ['a message with signatures of another kind', { payload: 'aGVsbG8=', payloadType: 'x', signatures: ['abc'] }],
    ['a web hook', { payload: '{"a":1}', signature: 'sha256=00' }],
    ['a JWE', { protected: base64url({ alg: 'dir', enc: 'A256GCM' }), payload: 'x', signature: 'x', iv: 'x' }],
    ['keys', { keys: [{ kty: 'RSA', alg: 'RS256' }] }],
    ['a layout of in-toto', { signed: { _type: 'layout' }, signatures: [{ keyid: 'a', sig: 'b' }] }],
    ['a document of papers', { document: { csaf_version: 'none', category: 'x' } }],
    ['packages of another scanner', { artifacts: [{ id: 1, foundBy: 'me' }], descriptor: { name: 'grype' } }],
    ['another critical thing', { critical: { type: 'atomic container signature' } }],
    ['a version that is no text', { spdxVersion: 2.3, SPDXID: 'SPDXRef-DOCUMENT', bomFormat: true, '@context': {} }],
    ['an empty object', {}],
  ])('%s', (_what, value) => {
    expect(seen(JSON.stringify(value))).toEqual(nothing);
    expect(seen(JSON.stringify(value, null, '\t'))).toEqual(nothing);
  });

  it.each([
    ['settings that only name a version', { spdxVersion: 'SPDX-2.3' }],
    ['settings that only name a format', { bomFormat: 'CycloneDX' }],
    [
      'settings that only name a schema',
      { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' },
    ],
    ['packages as Syft has them, of somebody else', { artifacts: [{ foundBy: 'my-cataloger', locations: [] }] }],
    ['a bundle of nothing', { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }],
    ['a statement of nothing', { _type: 'https://in-toto.io/Statement/v1' }],
    ['statements of nobody', { '@context': 'https://openvex.dev/ns' }],
    ['a context of nothing', { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' }],
  ])('%s, when that is all', (_what, value) => {
    expect(recognise(Buffer.from(JSON.stringify(value)), { complete: true })).toBeUndefined();
  });

  it.each([
    ['broken in its middle', '{"spdxVersion":"SPDX-2.3",,"SPDXID":"SPDXRef-DOCUMENT","name":"x"}'],
    ['with a comment', '{"spdxVersion":"SPDX-2.3",/* x */"SPDXID":"SPDXRef-DOCUMENT","name":"x"}'],
    ['with another behind it', '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}\n{"a":1}'],
    ['in Latin 1', Buffer.from('{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"\xe4"}', 'latin1')],
  ])('a document %s', (_what, text) => {
    expect(seen(text)).toEqual(nothing);
  });

  it('a document that is said to be whole and is not', () => {
    const bytes = Buffer.from(JSON.stringify(documents.spdxDocument)).subarray(0, 1000);
    expect(recognise(bytes, { complete: false })).toBeDefined();
    expect(recognise(bytes, { complete: true })).toBeUndefined();
  });

  it('names inside texts', () => {
    expect(seen(JSON.stringify({ note: '"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"' }))).toEqual(nothing);
  });
});

describe('text that is something else', () => {
  const quoted = 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n';
  it.each([
    ['our README', own('README.md')],
    ['a README that quotes SPDX', `# Tool\n\nIt writes\n\n\`\`\`\n${quoted}\`\`\`\n`],
    ['a README that quotes SPDX in a line', '# Tool\n\nThe first line is `SPDXVersion: SPDX-2.3`.\n'],
    ['a source file', `// SPDX-License-Identifier: Apache-2.0\n// ${quoted}`],
    ['a version of SPDX alone', 'SPDXVersion: SPDX-2.3\n'],
    ['tags without a version', 'SPDXID: SPDXRef-DOCUMENT\nDataLicense: CC0-1.0\n'],
    ['Kubernetes', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  spdxVersion: SPDX-2.3\n'],
    [
      'Kubernetes with SPDX in it',
      `apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    spdxVersion: SPDX-2.3\n    SPDXID: SPDXRef-DOCUMENT\n`,
    ],
    ['YAML behind prose', 'Like this\nspdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n'],
    ['a Chart.yaml', 'apiVersion: v2\nname: mychart\nversion: 0.1.0\n'],
    ['a key beside a certificate', `${PEM}-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n`],
    ['a key', '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n'],
    ['a request for a certificate', PEM.toString().replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST')],
    ['a certificate of nothing', '-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n'],
    ['a version number', '1.2.3\n'],
    ['a host name', 'registry.example.com\n'],
    ['nothing', ''],
    ['blanks', ' \r\n\t\ufeff'],
  ])('%s', (_what, text) => {
    expect(seen(text)).toEqual(nothing);
  });

  it('a token, by its header, its claims or its name', () => {
    const text = Buffer.from('text').toString('base64url');
    const signed = (header: object, payload: string) => `${base64url(header)}.${payload}.DtEhU3`;
    expect(seen(signed({ alg: 'RS256', typ: 'JWT' }, text))).toEqual(nothing);
    expect(seen(signed({ alg: 'RS256', typ: 'at+jwt' }, text))).toEqual(nothing);
    expect(seen(signed({ alg: 'none' }, text))).toEqual(nothing);
    expect(seen(signed({ alg: 'RS256' }, base64url({ iss: 'https://example.com', exp: 1 })))).toEqual(nothing);
    expect(seen(documents.compactJws, 'ID.JWT')).toEqual(nothing);
    expect(seen(documents.compactJws, 'app.jws')[0]).toMatchObject({ kind: 'signature' });
  });
});

describe('XML that is something else', () => {
  it.each([
    ['a project of Maven', '<project xmlns="http://maven.apache.org/POM/4.0.0"><bom/></project>'],
    ['a bom without its namespace', '<bom version="1"/>'],
    ['a bom of another namespace', '<bom xmlns="http://example.com/bom"/>'],
    ['a bom in a wrapper', '<sboms><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/></sboms>'],
    ['a bom in a comment', '<!-- <bom xmlns="http://cyclonedx.org/schema/bom/1.5"/> --><x/>'],
    ['a namespace under a prefix that is not used', '<bom xmlns:c="http://cyclonedx.org/schema/bom/1.5"/>'],
    ['other RDF', '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><x/></rdf:RDF>'],
    [
      'licenses of SPDX',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#"><s:ListedLicense/></rdf:RDF>',
    ],
    ['a web page', '<!DOCTYPE html><html><body>SPDXVersion: SPDX-2.3</body></html>'],
    ['an SVG', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a declaration without an end', '<?xml version="1.0"'],
    ['a comment without an end', '<!-- <bom xmlns="http://cyclonedx.org/schema/bom/1.5">'],
  ])('%s', (_what, text) => {
    expect(seen(text)).toEqual(nothing);
  });
});

describe('bytes that are something else', () => {
  it.each<[string, Uint8Array]>([
    ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n', 'latin1')],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a zip', Buffer.from('504b0304140000000800', 'hex')],
    ['an ELF', Buffer.from('7f454c4602010100', 'hex')],
    ['a text in gzip', gzipSync('SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n')],
    ['a document in gzip', gzipSync(JSON.stringify(documents.spdxDocument))],
    ['a broken gzip', Buffer.from('1f8b0800000000000003ffffffff', 'hex')],
    ['the head of a gzip', Buffer.from('1f8b', 'hex')],
    ['Wasm of a version to come', Buffer.from('0061736d02000000', 'hex')],
    ['the head of Wasm', Buffer.from('0061736d', 'hex')],
    ['COSE of an array that is none', Buffer.from('d28400000000', 'hex')],
    ['COSE that is cut in its header', documents.notaryCose.subarray(0, 20)],
    ['COSE_Sign with many signers', Buffer.from('d8628443a10126a0', 'hex')],
  ])('%s', (_what, bytes) => {
    expect(seen(bytes)).toEqual(nothing);
  });

  it.each(Object.entries(notArchivesOfKinds))('an archive with %s', async (_what, files) => {
    expect(seen(await tarGz(files))).toEqual(nothing);
  });
});
