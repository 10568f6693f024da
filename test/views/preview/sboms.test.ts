import { expect, it } from 'vitest';
import { factsIn, previewJson, previewText, tableIn } from './support.js';

it('shows the packages of SPDX 3, whose licences and suppliers are elements of their own', async () => {
  const preview = await previewJson({
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      {
        type: 'CreationInfo',
        '@id': '_:info',
        specVersion: '3.0.1',
        created: '2026-11-01T10:00:00Z',
        createdBy: ['urn:a'],
      },
      { type: 'Organization', spdxId: 'urn:a', name: 'Example' },
      { type: 'SpdxDocument', spdxId: 'urn:d', name: 'app', rootElement: ['urn:p1'] },
      {
        type: 'software_Package',
        spdxId: 'urn:p1',
        name: 'left-pad',
        software_packageVersion: '1.3.0',
        software_packageUrl: 'pkg:npm/left-pad@1.3.0',
        suppliedBy: 'urn:a',
      },
      {
        type: 'software_Package',
        spdxId: 'urn:p2',
        name: 'zlib',
        software_primaryPurpose: 'library',
        externalIdentifier: [{ externalIdentifierType: 'packageUrl', identifier: 'pkg:deb/debian/zlib1g@1.3' }],
        suppliedBy: 'urn:p2',
      },
      { type: 'software_File', spdxId: 'urn:f', name: 'not a package' },
      { type: 'simplelicensing_LicenseExpression', spdxId: 'urn:l', simplelicensing_licenseExpression: 'MIT OR WTFPL' },
      { type: 'Relationship', from: 'urn:p1', relationshipType: 'hasDeclaredLicense', to: ['urn:l'] },
      {
        type: 'Relationship',
        from: 'urn:p2',
        relationshipType: 'hasConcludedLicense',
        to: ['https://spdx.org/licenses/Zlib'],
      },
      { type: 'Relationship', from: 'urn:p1', relationshipType: 'contains', to: ['urn:p1'] },
    ],
  });
  expect(preview).toMatchObject({ what: 'an SPDX 3 document (JSON)', format: 'spdx' });
  expect(factsIn(preview)).toEqual([
    'Name: app',
    'Version: 3.0.1',
    'Created: 2026-11-01T10:00:00Z',
    'Creators: Example',
  ]);
  expect(tableIn(preview)).toEqual([
    'Name | Version | Type | License | Supplier',
    'left-pad (pkg:npm/left-pad@1.3.0) | 1.3.0 | npm | MIT OR WTFPL | Example',
    'zlib (pkg:deb/debian/zlib1g@1.3) |  | deb | Zlib | zlib',
  ]);
});

it('shows the packages of SPDX in tags and values', async () => {
  const preview = await previewText(`SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: app
DocumentNamespace: https://example.org/app
Creator: Tool: maker-1.0
Creator: Person: A
Created: 2026-11-01T10:00:00Z
# a comment

PackageName: left-pad
SPDXID: SPDXRef-1
PackageVersion: 1.3.0
PackageSupplier: Organization: Example
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: WTFPL
PackageComment: <text>PackageName: not this
PackageVersion: 9</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/left-pad@1.3.0

PackageName: other
FileName: ./a
LicenseConcluded: MIT
`);
  expect(preview).toMatchObject({ what: 'an SPDX document (tag-value)', kind: 'sbom', format: 'spdx' });
  expect(factsIn(preview)).toContain('Creators: Tool: maker-1.0, Person: A');
  expect(tableIn(preview).slice(1)).toEqual([
    'left-pad (pkg:npm/left-pad@1.3.0) | 1.3.0 | npm | WTFPL | Example',
    'other |  |  |  | ',
  ]);
  expect(preview.parts.at(-1)).toMatchObject({ type: 'text', isOpen: false });
});

const component = {
  type: 'library',
  'bom-ref': 'a',
  group: '@example',
  name: 'left-pad',
  version: '1.3.0',
  purl: 'pkg:npm/%40example/left-pad@1.3.0',
  licenses: [{ license: { id: 'MIT' } }, { license: { name: 'own' } }],
  supplier: { name: 'Example' },
  components: [{ type: 'file', name: 'inner', licenses: [{ expression: 'MIT AND Zlib' }], publisher: 'P' }],
};

it.each(['1.2', '1.4', '1.5', '1.6', '1.7'])('shows the components of CycloneDX %s in JSON', async (specVersion) => {
  const tool = { vendor: 'v', name: 'maker', version: '2' };
  const preview = await previewJson({
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: 'urn:uuid:1',
    metadata: {
      timestamp: '2026-11-01T10:00:00Z',
      tools: specVersion < '1.5' ? [tool] : { components: [tool] },
      component: { name: 'app', version: '3' },
    },
    components: [component, { type: 'operating-system', name: 'debian', version: '13' }],
  });
  expect(factsIn(preview)).toEqual([
    'About: app 3',
    `Version: ${specVersion}`,
    'Created: 2026-11-01T10:00:00Z',
    'Tools: v maker 2',
    'Serial number: urn:uuid:1',
  ]);
  expect(tableIn(preview).slice(1)).toEqual([
    '@example/left-pad (pkg:npm/%40example/left-pad@1.3.0) | 1.3.0 | npm | MIT, own | Example',
    'inner |  | file | MIT AND Zlib | P',
    'debian | 13 | operating-system |  | ',
  ]);
});

it.each([
  ['1.4', '', '<tools><tool><vendor>v</vendor><name>maker</name><version>2</version></tool></tools>'],
  ['1.6', 'b:', '<b:tools><b:components><b:component><b:name>maker</b:name></b:component></b:components></b:tools>'],
])('shows the components of CycloneDX %s in XML', async (version, prefix, tools) => {
  const text = `<?xml version="1.0" encoding="UTF-8"?><!-- <bom> -->
<bom xmlns${prefix === '' ? '' : ':b'}="http://cyclonedx.org/schema/bom/${version}" version="1">
  <metadata><timestamp>2026-11-01T10:00:00Z</timestamp>TOOLS</metadata>
  <components>
    <component type="library" bom-ref="a">
      <supplier><name>Tom &amp; &#x4a;erry</name></supplier>
      <name>left-pad</name><version>1.3.0</version>
      <licenses><license><id>MIT</id></license><expression>Zlib</expression></licenses>
      <purl>pkg:npm/left-pad@1.3.0</purl>
      <components><component type="file"><name><![CDATA[a < b & c]]></name></component></components>
    </component>
    <component type="container"/>
  </components>
  <vulnerabilities>
    <vulnerability><id>CVE-2026-1</id><ratings><rating><severity>high</severity></rating></ratings>
      <analysis><state>not_affected</state><justification>code_not_reachable</justification></analysis>
      <affects><target><ref>a</ref></target></affects></vulnerability>
  </vulnerabilities>
</bom>`.replace(/<(\/?)(?=[a-z])/g, `<$1${prefix}`);
  const preview = await previewText(text.replace('TOOLS', tools));
  expect(preview).toMatchObject({ what: 'a CycloneDX document (XML)', kind: 'sbom', notes: [] });
  expect(factsIn(preview)).toEqual([
    `Version: ${version}`,
    'Created: 2026-11-01T10:00:00Z',
    `Tools: ${prefix === '' ? 'v maker 2' : 'maker'}`,
  ]);
  expect(tableIn(preview, 'Packages').slice(1)).toEqual([
    'left-pad (pkg:npm/left-pad@1.3.0) | 1.3.0 | npm | MIT, Zlib | Tom & Jerry',
    'a < b & c |  | file |  | ',
    ' |  | container |  | ',
  ]);
  expect(tableIn(preview, 'Vulnerabilities').slice(1)).toEqual([
    'CVE-2026-1 | high | left-pad 1.3.0 | not_affected | code_not_reachable',
  ]);
});

it.each([
  ['<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components></bom>', 'an end tag closes another element'],
  ['<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>', 'an element is not closed'],
  ['<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><!DOCTYPE a [<!ENTITY b "c">]></bom>', 'neither an element'],
  [`<bom xmlns="http://cyclonedx.org/schema/bom/1.6">${'<a>'.repeat(1e5)}`, 'nested more than 100 levels'],
])('shows broken XML as text, and says what is wrong: %.80s', async (text, problem) => {
  const preview = await previewText(text);
  expect(preview.notes[0]?.text).toContain(problem);
  expect(preview.parts).toMatchObject([{ type: 'text' }]);
});

it('shows the packages of Syft', async () => {
  const preview = await previewJson({
    artifacts: [
      {
        name: 'zlib1g',
        version: '1.3',
        type: 'deb',
        purl: 'pkg:deb/debian/zlib1g@1.3',
        licenses: [{ value: 'zlib', spdxExpression: 'Zlib' }, 'MIT'],
        metadata: { maintainer: 'M' },
      },
    ],
    source: { metadata: { userInput: 'registry.example/app:v1' } },
    distro: { prettyName: 'Debian 13' },
    descriptor: { name: 'syft', version: '1.30.0', timestamp: '2026-11-01T10:00:00Z' },
    schema: {
      version: '16.0.0',
      url: 'https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.0.json',
    },
  });
  expect(factsIn(preview)).toContain('About: registry.example/app:v1');
  expect(tableIn(preview).slice(1)).toEqual(['zlib1g (pkg:deb/debian/zlib1g@1.3) | 1.3 | deb | Zlib, MIT | M']);
});
