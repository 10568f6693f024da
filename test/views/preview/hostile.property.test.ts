import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preview } from '../../../src/views/preview/preview.js';
import { renderPreview } from '../../../src/views/preview/render/render.js';

const MARK = '<script>alert("x")</script><img src=x onerror=\'alert(1)\'>&amp;\u202e\u001b]0;x\u0007';

/** Documents of all formats, of which any value may be any other. */
const SAMPLES: readonly object[] = [
  {
    spdxVersion: 'SPDX-2.3',
    name: MARK,
    creationInfo: { created: MARK, creators: [MARK] },
    packages: [
      {
        name: MARK,
        versionInfo: MARK,
        supplier: MARK,
        externalRefs: [{ referenceType: 'purl', referenceLocator: MARK }],
      },
    ],
  },
  {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      { type: 'software_Package', spdxId: MARK, name: MARK, suppliedBy: MARK, originatedBy: [MARK] },
      { type: 'Relationship', from: MARK, relationshipType: 'hasDeclaredLicense', to: [MARK] },
      { type: 'CreationInfo', createdBy: [MARK], created: MARK },
    ],
  },
  {
    bomFormat: 'CycloneDX',
    specVersion: MARK,
    metadata: { component: { name: MARK }, tools: [{ name: MARK }] },
    components: [{ name: MARK, group: MARK, licenses: [{ license: { id: MARK } }], components: [{ 'bom-ref': MARK }] }],
    vulnerabilities: [{ id: MARK, ratings: [{ severity: MARK }], analysis: { state: MARK }, affects: [{ ref: MARK }] }],
  },
  { descriptor: { name: 'syft', version: MARK }, artifacts: [{ name: MARK, licenses: [{ value: MARK }, MARK] }] },
  {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: {
          driver: { name: MARK, rules: [{ id: MARK, shortDescription: { text: MARK } }] },
          extensions: [{ rules: [] }],
        },
        results: [
          {
            ruleIndex: 0,
            level: MARK,
            message: { text: MARK, arguments: [MARK] },
            locations: [{ physicalLocation: { artifactLocation: { uri: MARK } } }],
          },
        ],
      },
    ],
  },
  {
    '@context': 'https://openvex.dev/ns',
    statements: [{ vulnerability: { name: MARK }, products: [{ '@id': MARK }], status: MARK }],
  },
  {
    document: { csaf_version: '2.0', category: 'csaf_vex', title: MARK },
    product_tree: { branches: [{ product: { product_id: 'p', name: MARK } }] },
    vulnerabilities: [{ cve: MARK, product_status: { [MARK]: ['p'] }, flags: [{ label: MARK }] }],
  },
  {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: MARK,
    subject: [{ name: MARK, digest: { [MARK]: MARK } }],
    predicate: {
      buildDefinition: { buildType: MARK, externalParameters: { [MARK]: MARK } },
      runDetails: { builder: { id: MARK } },
    },
  },
  { payloadType: MARK, payload: Buffer.from(MARK).toString('base64'), signatures: [{ keyid: MARK }] },
  {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    dsseEnvelope: { payload: '' },
    verificationMaterial: { tlogEntries: [{}] },
  },
  { critical: { type: 'cosign container image signature', image: { 'docker-manifest-digest': MARK }, identity: {} } },
  { targetArtifact: { digest: MARK, mediaType: MARK, annotations: { [MARK]: MARK } } },
  {
    SchemaVersion: 2,
    ArtifactName: MARK,
    Results: [{ Target: MARK, Vulnerabilities: [{ VulnerabilityID: MARK, Severity: MARK }] }],
  },
  { descriptor: { name: 'grype' }, matches: [{ vulnerability: { id: MARK }, artifact: { name: MARK } }] },
  { scanner: { uri: MARK, result: [{ id: MARK, severity: [{ score: MARK }] }] } },
  { [MARK]: { [MARK]: [MARK, { __proto__: null, constructor: MARK }] } },
];

/** Markup without anything that a document could have brought: tags of its own alone, and no characters that act. */
function expectHarmless(markup: string): void {
  expect(markup).not.toMatch(/<(?:script|img|iframe|style|svg|a|form|object|embed|base|meta|link)\b/i);
  expect(markup.replace(/"[^"]*"/g, '""')).not.toMatch(/<[a-z][^>]*\son[a-z]+\s*=/i);
  expect(markup).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cf}/u);
}

/** The same document, with a value somewhere in it replaced. */
function replaced(value: unknown, path: readonly number[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value))
    return value.map((one, index) => (index === step % value.length ? replaced(one, rest, by) : one));
  const names = Object.keys(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      name === names[step % names.length] ? replaced(one, rest, by) : one,
    ]),
  );
}

async function shownOf(bytes: Uint8Array, mediaType?: string): Promise<string> {
  return renderPreview(await preview(bytes, { mediaType, isWhole: true })).text;
}

describe('a preview of hostile content', () => {
  it.each(SAMPLES.map((sample) => [Object.keys(sample).join(), sample] as const))(
    'keeps text text: %.40s',
    async (_names, sample) => {
      const markup = await shownOf(Buffer.from(JSON.stringify(sample)));
      expectHarmless(markup);
      if (JSON.stringify(sample).includes('<script>')) expect(markup).toContain('&lt;script&gt;');
    },
  );

  it('reads a document of a format with any value in any place', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SAMPLES),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }),
        fc.jsonValue({ maxDepth: 3 }),
        async (sample, path, value) => {
          expectHarmless(await shownOf(Buffer.from(JSON.stringify(replaced(sample, path, value)))));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads any bytes, and any text', { timeout: 120_000 }, async () => {
    const start = fc.constantFrom(
      '',
      '{',
      '[',
      '<',
      '<bom xmlns="http://cyclonedx.org/schema/bom/1.6">',
      'PK\u0003\u0004',
      '\u001f\u008b',
      'SPDXVersion: SPDX-2.3\nDocumentName: a\n',
      '-----BEGIN CERTIFICATE-----\nMII',
      '\u00d2\u0084',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(start, bytes, fc.boolean(), async (before, after, isWhole) => {
        const content = Buffer.concat([Buffer.from(before, 'latin1'), after]);
        expectHarmless(renderPreview(await preview(content, { isWhole })).text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['deep arrays', '['.repeat(1e6)],
    ['deep arrays that end', `${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['deep objects', '{"a":'.repeat(1e6)],
    ['levels that the parser takes', `${'{"a":['.repeat(499)}${']}'.repeat(499)}`],
    ['deep components', `{"bomFormat":"CycloneDX","components":[${'{"components":['.repeat(480)}${']}'.repeat(480)}]}`],
    [
      'deep branches',
      `{"document":{"csaf_version":"2.0","category":"a"},"product_tree":{${'"branches":[{'.repeat(490)}${'}]'.repeat(490)}}}`,
    ],
    ['deep elements', `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">${'<a>'.repeat(1e6)}`],
    ['a long tag', `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><a${' b'.repeat(1e6)}`],
    ['spaces in a tag', `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><a${' '.repeat(1e6)}`],
    ['lines', '\n'.repeat(4e6)],
    ['documents one a line', '{}\n'.repeat(1e6)],
    ['texts that do not end', `SPDXVersion: SPDX-2.3\nDocumentName: a\n${'PackageComment: <text>\n'.repeat(3e5)}`],
  ])('reads %s in bounded time', { timeout: 20_000 }, async (_what, text) => {
    const markup = await shownOf(Buffer.from(text));
    expectHarmless(markup);
    expect(markup.length).toBeLessThan(4e6);
  });

  it('shows a million packages by the first thousand', { timeout: 30_000 }, async () => {
    const packages = '{"name":"a"},'.repeat(1e6);
    const markup = await shownOf(Buffer.from(`{"spdxVersion":"SPDX-2.3","packages":[${packages}{}]}`));
    expect(markup).toContain('Packages <span class="count">1,000,001</span>');
    expect(markup).toContain('999,001 more packages');
    expect(markup.length).toBeLessThan(2e6);
  });
});
