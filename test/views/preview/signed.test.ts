import { expect, it } from 'vitest';
import { preview } from '../../../src/views/preview/preview.js';
import { renderPreview } from '../../../src/views/preview/render/render.js';
import { authority, issue } from '../../trust/notation/support/certificates.js';
import { cose, IMAGE, jws } from '../../trust/notation/support/envelopes.js';
import { envelopeOf, makeKey, simplePayload, toJson } from '../../trust/support/envelopes.js';
import { IDENTITY, ISSUER, makeSigstore } from '../../trust/support/sigstore.js';
import { allParts, factsIn, previewJson, previewText, tableIn } from './support.js';

const SPDX = { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', packages: [{ name: 'zlib', versionInfo: '1.3' }] };

function statement(predicateType: string, predicate: unknown) {
  const subject = [{ name: 'app', digest: { sha256: 'ab', 'dirHash:1': 'cd' } }];
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
}

it('shows a bare statement as unsigned, with the packages of its predicate', async () => {
  const found = await previewJson(statement('https://spdx.dev/Document', SPDX));
  expect(found).toMatchObject({ what: 'an in-toto statement', kind: 'sbom', format: 'in-toto' });
  expect(found.notes.map(({ level, text }) => `${level}: ${text}`)).toEqual([
    expect.stringMatching(/^warning: Not signed, and not verified/),
  ]);
  expect(factsIn(found)).toContain('Predicate type: https://spdx.dev/Document');
  expect(tableIn(found, 'Subjects').slice(1)).toEqual(['app | sha256:ab, dirHash:1:cd']);
  expect(tableIn(found, 'Packages').slice(1)).toEqual(['zlib | 1.3 |  |  | ']);
});

it.each([
  ['a text', JSON.stringify(SPDX)],
  ['its member Data', { Data: JSON.stringify(SPDX), Timestamp: '2026-11-01T10:00:00Z' }],
])('shows a document that is %s of a predicate', async (_what, predicate) => {
  const found = await previewJson(statement('https://cosign.sigstore.dev/attestation/v1', predicate));
  expect(tableIn(found, 'Packages').slice(1)).toEqual(['zlib | 1.3 |  |  | ']);
});

it('shows SLSA provenance 1: builder, source and materials', async () => {
  const found = await previewJson(
    statement('https://slsa.dev/provenance/v1', {
      buildDefinition: {
        buildType: 'https://example.org/build',
        externalParameters: { workflow: { repository: 'https://example.org/app', path: 'build.yml' }, mode: 'max' },
        resolvedDependencies: [{ uri: 'git+https://example.org/app', digest: { gitCommit: 'abc' } }, { name: 'base' }],
      },
      runDetails: { builder: { id: 'https://example.org/builder' }, metadata: { finishedOn: '2026-11-01T10:00:00Z' } },
    }),
  );
  expect(factsIn(found)).toEqual([
    'Predicate type: https://slsa.dev/provenance/v1',
    'Builder: https://example.org/builder',
    'Build type: https://example.org/build',
    'Source: https://example.org/app build.yml',
    'Finished: 2026-11-01T10:00:00Z',
    'mode: max',
  ]);
  expect(tableIn(found, 'Materials').slice(1)).toEqual(['git+https://example.org/app | gitCommit:abc', 'base | ']);
});

it('shows SLSA provenance 0.2, as BuildKit writes it', async () => {
  const found = await previewJson(
    statement('https://slsa.dev/provenance/v0.2', {
      builder: { id: '' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: [{ uri: 'pkg:docker/alpine@3', digest: { sha256: 'ef' } }],
      invocation: { configSource: { uri: 'git', digest: { sha1: '1' }, entryPoint: 'Dockerfile' } },
      metadata: { buildStartedOn: '2026-11-01T10:00:00Z' },
    }),
  );
  expect(factsIn(found)).toContain('Source: git sha1:1');
  expect(factsIn(found)).toContain('Entry point: Dockerfile');
  expect(tableIn(found, 'Materials').slice(1)).toEqual(['pkg:docker/alpine@3 | sha256:ef']);
});

it('shows a verification summary and a scan', async () => {
  const summary = await previewJson(
    statement('https://slsa.dev/verification_summary/v1', {
      verifier: { id: 'v' },
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
      resourceUri: 'r',
    }),
  );
  expect(factsIn(summary)).toContain('Levels: SLSA_BUILD_LEVEL_3');
  const result = { SchemaVersion: 2, ArtifactName: 'app', Results: [] };
  const scan = await previewJson(
    statement('https://cosign.sigstore.dev/attestation/vuln/v1', {
      scanner: { uri: 'pkg:trivy', version: '1', result },
      metadata: { scanFinishedOn: '2026-11-01T10:00:00Z' },
    }),
  );
  expect(factsIn(scan)).toContain('Scanner: pkg:trivy 1');
  expect(factsIn(scan)).toContain('About: app');
});

it('shows results of tests, the failed ones first', async () => {
  const found = await previewJson(
    statement('https://in-toto.io/attestation/test-result/v0.1', {
      result: 'FAILED',
      configuration: [{ name: '.github/test.yml' }],
      passedTests: ['one', 'two'],
      failedTests: ['three'],
    }),
  );
  expect(found.kind).toBe('test-result');
  expect(factsIn(found)).toContain('Configuration: .github/test.yml');
  expect(tableIn(found, 'Tests').slice(1)).toEqual(['failed | three', 'passed | one', 'passed | two']);
});

it('shows what a DSSE envelope signs, and that it is not verified', async () => {
  const content = envelopeOf(toJson(statement('https://spdx.dev/Document', SPDX)), [makeKey()]);
  const found = await previewJson({ ...content, signatures: [{ keyid: 'k1', sig: 'aaaa' }] });
  expect(found).toMatchObject({ what: 'a DSSE envelope', format: 'dsse', kind: 'sbom' });
  expect(found.notes).toMatchObject([{ level: 'warning', text: expect.stringContaining('Not verified') }]);
  expect(allParts(found).flatMap((part) => (part.type === 'inner' ? part.preview.notes : []))).toEqual([]);
  expect(factsIn(found)).toContain('Keys: k1');
  expect(tableIn(found, 'Packages').slice(1)).toEqual(['zlib | 1.3 |  |  | ']);
});

it('says that the payload of an envelope is not base64', async () => {
  const found = await previewJson({ payloadType: 'a/b', payload: '~', signatures: [{ sig: 'aaaa' }] });
  expect(allParts(found)).toContainEqual(
    expect.objectContaining({ preview: expect.objectContaining({ what: 'unreadable' }) }),
  );
});

it('shows the identity that a Sigstore bundle claims', async () => {
  const sigstore = await makeSigstore();
  const bundle = await sigstore.signStatement(toJson(statement('https://spdx.dev/Document', SPDX)));
  const found = await previewJson(bundle);
  expect(found).toMatchObject({ what: 'a Sigstore bundle', format: 'sigstore-bundle', kind: 'sbom' });
  expect(found.notes).toMatchObject([{ level: 'warning', text: expect.stringContaining('Not verified') }]);
  expect(factsIn(found)).toContain(`Identity: ${IDENTITY}`);
  expect(factsIn(found)).toContain(`Issuer: ${ISSUER}`);
  expect(factsIn(found)).toContain('Log entries: 1');
  expect(tableIn(found, 'Packages').slice(1)).toEqual(['zlib | 1.3 |  |  | ']);
  const blob = await previewJson(await sigstore.signBytes(Buffer.from('x')));
  expect(factsIn(blob)).toContainEqual(expect.stringMatching(/^Digest of the file: [0-9a-f]{64}$/));
});

it.each([
  ['JWS', jws, 'a JWS (JSON)'],
  ['COSE', cose, 'a COSE signature'],
] as const)("shows the claims and certificates of notation's signatures in %s", async (_form, make, what) => {
  const root = authority();
  const signer = issue({ issuer: root });
  const signed = make({ chain: [signer, root] });
  const found = await preview(signed.content, { mediaType: signed.mediaType, isWhole: true });
  expect(found).toMatchObject({ what, kind: 'signature', format: 'notation' });
  expect(found.notes).toMatchObject([{ level: 'warning' }]);
  expect(factsIn(found)).toContain(`Artifact: ${IMAGE}`);
  expect(factsIn(found)).toContain('Algorithm: ES256');
  expect(factsIn(found)).toContainEqual(expect.stringMatching(/^Subject: C=US, ST=WA, O=acme, CN=signer$/));
  expect(factsIn(found)).toContainEqual(expect.stringMatching(/^Valid until: \d{4}-/));
});

it('says why a COSE signature cannot be read', async () => {
  const root = authority();
  const content = Buffer.from(cose({ chain: [root] }).content);
  const found = await preview(content.subarray(0, content.length - 9), { isWhole: true });
  expect(found.notes).toMatchObject([{ level: 'warning', text: expect.stringContaining('cannot be read') }]);
});

it("shows the claims of cosign's payload", async () => {
  const found = await previewJson(simplePayload());
  expect(found).toMatchObject({ what: "cosign's signed payload", format: 'cosign' });
  expect(factsIn(found)).toContainEqual(expect.stringMatching(/^Image: sha256:/));
});

it('shows certificates, PEM and DER', async () => {
  const { raw } = issue();
  const pem = `-----BEGIN CERTIFICATE-----\n${raw.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  const two = await previewText(pem + pem);
  expect(two).toMatchObject({ kind: 'certificate', what: 'certificates (PEM)' });
  expect(two.parts.map((part) => ('title' in part ? part.title : ''))).toEqual([
    'Certificate 1 of 2',
    'Certificate 2 of 2',
    'Text',
  ]);
  const one = await preview(raw, { mediaType: 'application/pkix-cert', isWhole: true });
  expect(factsIn(one)).toContain('Subject: C=US, ST=WA, O=acme, CN=signer');
  const broken = await previewText(pem.replace('MII', 'MIA'));
  expect(factsIn(broken)).toEqual(['Certificate: cannot be read']);
});

it('shows attestations one a line', async () => {
  const line = JSON.stringify(envelopeOf(toJson(statement('https://spdx.dev/Document', SPDX)), [makeKey()]));
  const found = await previewText(`${line}\n${line}\n`);
  expect(found).toMatchObject({ what: '2 JSON documents', kind: 'sbom', format: 'in-toto' });
  expect(tableIn(found, 'Packages').slice(1)).toEqual(['zlib | 1.3 |  |  | ']);
});

it('ends where documents stand in documents without an end', async () => {
  let content: unknown = SPDX;
  for (let depth = 0; depth < 10; depth += 1) content = envelopeOf(toJson(content), [makeKey()], 'a/b');
  const { text } = renderPreview(await previewJson(content));
  expect(text).toContain('The document stands in 4 others, and is not looked at.');
  expect(text).toContain('<h6>');
});
