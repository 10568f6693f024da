import { expect, it } from 'vitest';
import { renderPreview } from '../../../src/views/preview/render/render.js';
import { previewJson, tableIn } from './support.js';

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
