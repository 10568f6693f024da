import { expect, it } from 'vitest';
import { renderPreview } from '../../../src/views/preview/render/render.js';
import { factsIn, previewJson, tableIn } from './support.js';

const sarif = (runs: unknown) => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs,
});
const driver = (name: string, rules: unknown = []) => ({ driver: { name, version: '1', rules } });

it('shows the findings of each run of SARIF', async () => {
  const rules = [
    { id: 'R1', shortDescription: { text: 'first' }, defaultConfiguration: { level: 'error' } },
    { id: 'R2', messageStrings: { m: { text: 'found {0} in {1}' } } },
    { id: 'R3', defaultConfiguration: { level: 'note' } },
  ];
  const place = { physicalLocation: { artifactLocation: { uri: 'src/a.c' }, region: { startLine: 7 } } };
  const preview = await previewJson(
    sarif([
      {
        tool: {
          ...driver('one', rules),
          extensions: [{ name: 'more', rules: [{ id: 'X1', defaultConfiguration: { level: 'error' } }] }],
        },
        artifacts: [{ location: { uri: 'src/b.c' } }],
        results: [
          { ruleId: 'R1', message: { text: 'by its rule' }, locations: [place, place] },
          {
            ruleIndex: 1,
            message: { id: 'm', arguments: ['x'] },
            locations: [{ physicalLocation: { artifactLocation: { index: 0 } } }],
          },
          { ruleId: 'R1', level: 'note', message: { text: 'by itself' }, suppressions: [{ kind: 'external' }] },
          { ruleId: 'R3/part', kind: 'pass', message: { text: 'passed' } },
          {
            ruleId: 'R3/part',
            message: { text: 'part' },
            locations: [{ logicalLocations: [{ fullyQualifiedName: 'A.b' }] }],
          },
          { rule: { index: 0, toolComponent: { index: 0 } }, message: { text: 'of an extension' } },
          { message: { text: 'of no rule' } },
          7,
        ],
      },
      { tool: driver('two'), results: [] },
      { tool: driver('three') },
    ]),
  );
  expect(preview).toMatchObject({ what: 'a SARIF report', kind: 'scan', format: 'sarif' });
  expect(factsIn(preview)).toEqual(['Version: 2.1.0', 'Tools: one 1, two 1, three 1']);
  expect(tableIn(preview, 'Findings of one 1')).toEqual([
    'Level | Rule | Message | Location',
    'error | R1 (first) | by its rule | src/a.c:7 and 1 more',
    'warning | R2 | found x in {1} | src/b.c',
    'note (suppressed) | R1 (first) | by itself | ',
    'pass | R3/part | passed | ',
    'note | R3/part | part | A.b',
    'error | X1 | of an extension | ',
    'warning |  | of no rule | ',
    'warning |  |  | ',
  ]);
  expect(tableIn(preview, 'Findings of three 1')).toHaveLength(1);
  const { text } = renderPreview(preview);
  expect(text).toContain('<span class="level bad">error</span>');
  expect(text).toContain('Findings of one 1 <span class="count">8</span>');
});

it('says that more runs are there than it shows', async () => {
  const runs = Array.from({ length: 100 }, () => ({ tool: driver('t'), results: [] }));
  expect((await previewJson(sarif(runs))).notes).toEqual([{ level: 'info', text: '60 more runs are not shown.' }]);
});

it.each([
  [
    { name: 'CVE-2026-1' },
    [{ '@id': 'pkg:oci/app', subcomponents: [{ '@id': 'pkg:npm/a' }] }],
    'pkg:oci/app (pkg:npm/a)',
  ],
  ['CVE-2026-1', ['pkg:oci/app', { identifiers: { purl: 'pkg:oci/b' } }], 'pkg:oci/app, pkg:oci/b'],
])('shows the statements of OpenVEX: %j', async (vulnerability, products, shown) => {
  const preview = await previewJson({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.org/vex',
    author: 'A',
    timestamp: '2026-11-01T10:00:00Z',
    version: 1,
    statements: [
      { vulnerability, products, status: 'not_affected', justification: 'vulnerable_code_not_present' },
      { vulnerability, products, status: 'affected', action_statement: 'update' },
    ],
  });
  expect(factsIn(preview)).toContain('Author: A');
  expect(tableIn(preview)).toEqual([
    'Vulnerability | Product | Status | Justification',
    `CVE-2026-1 | ${shown} | not_affected | vulnerable_code_not_present`,
    `CVE-2026-1 | ${shown} | affected | update`,
  ]);
});

it('shows the statuses of CSAF with the names of products', async () => {
  const preview = await previewJson({
    document: {
      csaf_version: '2.0',
      category: 'csaf_vex',
      title: 'T',
      publisher: { name: 'P' },
      tracking: { id: 'X-1' },
    },
    product_tree: {
      branches: [{ name: 'v', branches: [{ name: 'app', product: { product_id: 'p1', name: 'App 1' } }] }],
      full_product_names: [{ product_id: 'p2', name: 'App 2' }],
      relationships: [{ full_product_name: { product_id: 'p3', name: 'App 3 in 2' } }],
    },
    vulnerabilities: [
      {
        cve: 'CVE-2026-1',
        title: 'bad',
        product_status: { known_not_affected: ['p1', 'p3'], known_affected: ['p2', 'p9'] },
        flags: [{ label: 'component_not_present', product_ids: ['p1'] }],
        remediations: [{ details: 'update', product_ids: ['p2'] }],
      },
      { ids: [{ text: 'own-1' }] },
    ],
  });
  expect(tableIn(preview).slice(1)).toEqual([
    'CVE-2026-1 (bad) | App 1, App 3 in 2 | known_not_affected | component_not_present',
    'CVE-2026-1 (bad) | App 2, p9 | known_affected | update',
    'own-1 |  |  | ',
  ]);
});

it('shows a CycloneDX document of vulnerabilities as a VEX', async () => {
  const preview = await previewJson({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    vulnerabilities: [
      { id: 'CVE-2026-1', analysis: { state: 'exploitable', detail: 'by all' }, affects: [{ ref: 'urn:cdx:1/1#a' }] },
    ],
  });
  expect(tableIn(preview)).toEqual([
    'Vulnerability | Severity | Product | Status | Justification',
    'CVE-2026-1 |  | urn:cdx:1/1#a | exploitable | by all',
  ]);
});

it('shows reports of Trivy, Grype and Harbor', async () => {
  const trivy = {
    SchemaVersion: 2,
    ArtifactName: 'app',
    Results: [
      {
        Target: 'debian',
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-1',
            PkgName: 'z',
            InstalledVersion: '1',
            FixedVersion: '2',
            Severity: 'HIGH',
            Title: 't',
          },
        ],
      },
      { Target: 'none' },
    ],
  };
  expect(tableIn(await previewJson(trivy))[1]).toBe('high | CVE-1 (t) | z | 1 | 2 | debian');
  const grype = {
    matches: [
      {
        vulnerability: { id: 'CVE-2', severity: 'Low', fix: { versions: ['3', '4'] } },
        artifact: { name: 'y', version: '2', locations: [{ path: '/lib' }] },
      },
    ],
    descriptor: { name: 'grype', version: '0.1' },
  };
  expect(tableIn(await previewJson(grype))[1]).toBe('low | CVE-2 | y | 2 | 3, 4 | /lib');
  const harbor = {
    artifact: { repository: 'a/b' },
    scanner: { name: 'Trivy' },
    vulnerabilities: [{ id: 'CVE-3', package: 'x', version: '1', severity: 'Critical' }],
  };
  expect(tableIn(await previewJson(harbor))[1]).toBe('critical | CVE-3 | x | 1 |  | ');
});
