import { json, many } from './writing.js';

/** SBOMs written by hand after the examples of their specifications, with enough in them to be cut. */

export const spdxPackages = many(60, (n) => ({
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
