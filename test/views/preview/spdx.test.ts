import { describe, expect, it } from 'vitest';
import { renderPreview } from '../../../src/views/preview/render/render.js';
import { previewJson, previewText, tableIn } from './support.js';

const document = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'app',
  documentNamespace: 'https://example.org/app',
  creationInfo: { created: '2026-11-01T10:00:00Z', creators: ['Tool: maker-1.0'] },
  packages: [
    {
      SPDXID: 'SPDXRef-1',
      name: 'left-pad',
      versionInfo: '1.3.0',
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: 'WTFPL',
      supplier: 'Person: A (a@example.org)',
      externalRefs: [
        { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a:b:c' },
        { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/left-pad@1.3.0' },
      ],
    },
    { SPDXID: 'SPDXRef-2', name: 'files', primaryPackagePurpose: 'CONTAINER', supplier: 'NOASSERTION', versionInfo: 7 },
    'odd',
  ],
};

it('shows the packages of SPDX 2 as a table', async () => {
  const preview = await previewJson(document);
  expect(preview).toMatchObject({ what: 'an SPDX document (JSON)', kind: 'sbom', format: 'spdx', notes: [] });
  expect(preview.parts[0]).toMatchObject({
    type: 'facts',
    facts: [
      { name: 'Name', value: 'app' },
      { name: 'Version', value: 'SPDX-2.3' },
      { name: 'Created', value: '2026-11-01T10:00:00Z' },
      { name: 'Creators', value: 'Tool: maker-1.0' },
      { name: 'Namespace', value: 'https://example.org/app' },
    ],
  });
  expect(tableIn(preview)).toEqual([
    'Name | Version | Type | License | Supplier',
    'left-pad (pkg:npm/left-pad@1.3.0) | 1.3.0 | npm | WTFPL | A (a@example.org)',
    'files | 7 | container |  | ',
    ' |  |  |  | ',
  ]);
  expect(preview.parts.at(-1)).toMatchObject({ type: 'tree', isOpen: false });
  expect(renderPreview(preview).text).toContain('<td><code>1.3.0</code></td>');
});

it('counts packages that it does not show', async () => {
  const packages = Array.from({ length: 1001 }, (_, index) => ({ name: `p${index}` }));
  const preview = await previewJson({ ...document, packages });
  const table = preview.parts.find((part) => part.type === 'table');
  expect([table?.rows.length, table?.total]).toEqual([1000, 1001]);
  expect(renderPreview(preview).text).toContain('1 more package: download the file for all of them.');
});

describe('SPDX in YAML', () => {
  const yaml = (packages: string) => `SPDXID: SPDXRef-DOCUMENT
spdxVersion: SPDX-2.3
name: app
dataLicense: CC0-1.0
creationInfo:
  created: "2026-11-01T10:00:00Z"
  creators: ["Tool: maker-1.0"]
${packages}`;

  it('has the table of its JSON, with versions as they are written', async () => {
    const preview = await previewText(
      yaml(`packages:
- name: left-pad
  versionInfo: 1.10
  licenseDeclared: WTFPL
  externalRefs:
  - {referenceType: purl, referenceLocator: "pkg:npm/left-pad@1.10"}
- name: &files "files <b>"
  supplier: "Person: A"
  versionInfo: *files
- odd
`),
    );
    expect(preview).toMatchObject({ what: 'an SPDX document (YAML)', kind: 'sbom', format: 'spdx', notes: [] });
    expect(tableIn(preview)).toEqual([
      'Name | Version | Type | License | Supplier',
      'left-pad (pkg:npm/left-pad@1.10) | 1.10 | npm | WTFPL | ',
      'files <b> |  |  |  | A',
      ' |  |  |  | ',
    ]);
    expect(preview.parts.at(-1)).toMatchObject({ type: 'text', isOpen: false });
    expect(renderPreview(preview).text).not.toContain('<b>');
  });

  it.each([
    ['that cannot be parsed', yaml('packages: [{name: "x]\n'), 'warning', 'The file is shown as text.'],
    [
      'that is nested too deep',
      yaml(`packages: ${'['.repeat(600)}${']'.repeat(600)}\n`),
      'warning',
      'levels of nesting',
    ],
    ['that is long', yaml(`packages:\n${'- name: x\n'.repeat(60_000)}`), 'info', 'above 512 KiB'],
  ])('%s is text, and the page says why', async (_, text, level, words) => {
    const preview = await previewText(text);
    expect(preview.notes).toEqual([{ level, text: expect.stringContaining(words) }]);
    expect(preview.parts).toMatchObject([{ type: 'text', isOpen: true }]);
  });

  it('expands no aliases', async () => {
    const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('');
    const preview = await previewText(yaml(`a0: &a0 [x, x]\n${levels}packages: *a30\n`));
    expect(preview.parts).toMatchObject([{ type: 'text' }]);
  });
});

it('says of SPDX in RDF that its packages are not read', async () => {
  const rdf = `<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">
<spdx:SpdxDocument rdf:about="https://example.org/a#SPDXRef-DOCUMENT"><spdx:specVersion>SPDX-2.3</spdx:specVersion></spdx:SpdxDocument>
</rdf:RDF>`;
  const preview = await previewText(rdf);
  expect(preview.what).toBe('an SPDX document (RDF/XML)');
  expect(preview.notes.map(({ text }) => text)).toEqual([expect.stringContaining('RDF/XML is shown as text')]);
});
