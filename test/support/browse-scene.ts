import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attach } from '../../src/operations/attach/attach.js';
import { SPDX, writeAttestedIndex } from './attested-index.js';
import type { TestImage } from './image-layout.js';

/** Text that would run in a page that took it for markup. */
export const HOSTILE = `"'><img src=x onerror=hit()><script>hit()</script><a href="javascript:hit()">x</a>\u202e`;

export const SBOM = Buffer.from(
  JSON.stringify({
    ...SPDX,
    packages: [
      ...SPDX.packages,
      { SPDXID: 'SPDXRef-zlib', name: 'zlib', versionInfo: '1.3.1', licenseConcluded: 'Zlib', supplier: 'Person: Z' },
      ...Array.from({ length: 10 }, (_, index) => ({
        SPDXID: `SPDXRef-${index}`,
        name: `part-${index}`,
        versionInfo: '1',
      })),
    ],
  }),
);

const SARIF = {
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'scanner', rules: [{ id: 'CVE-2026-1', defaultConfiguration: { level: 'error' } }] } },
      results: [
        {
          ruleId: 'CVE-2026-1',
          message: { text: 'a hole in zlib' },
          locations: [{ physicalLocation: { artifactLocation: { uri: 'usr/lib/libz.so' }, region: { startLine: 1 } } }],
        },
        { ruleId: HOSTILE, message: { text: HOSTILE } },
      ],
    },
  ],
};

const VEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.org/vex',
  author: HOSTILE,
  timestamp: '2026-11-01T10:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-2026-1' },
      products: [{ '@id': 'pkg:oci/hello' }],
      status: 'not_affected',
      justification: 'component_not_present',
    },
  ],
};

/**
 * A layout with an image of two platforms, attestations of BuildKit's, and attachments: an SBOM, findings, a VEX, and files
 * whose names, annotations and content are hostile.
 */
export async function writeScene(directory: string): Promise<TestImage> {
  const image = await writeAttestedIndex(directory, 'v1');
  const subject = `oci:${directory}:v1`;
  await attach(subject, [{ name: 'hello.spdx.json', content: SBOM }]);
  await attach(subject, [{ name: 'scan.sarif.json', content: Buffer.from(JSON.stringify(SARIF)) }]);
  await attach(subject, [{ name: 'vex.openvex.json', content: Buffer.from(JSON.stringify(VEX)) }]);
  await attach(
    subject,
    [{ name: 'notes <img src=x onerror=hit()>.txt', content: Buffer.from(`${HOSTILE}\n`.repeat(3)) }],
    {
      artifactType: 'application/vnd.example.notes',
      annotations: { [HOSTILE]: HOSTILE, 'org.opencontainers.image.title': HOSTILE },
    },
  );
  await attach(subject, [{ name: 'binary', content: Uint8Array.from({ length: 2000 }, (_, index) => index % 256) }], {
    artifactType: 'application/vnd.example.binary',
  });
  return image;
}

/** Gives an image of a layout a name that no registry takes. */
export async function nameHostile(directory: string): Promise<void> {
  const path = join(directory, 'index.json');
  const index: { manifests: { annotations?: Record<string, string> }[] } = JSON.parse(await readFile(path, 'utf8'));
  const [first] = index.manifests.filter(
    ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === 'v1',
  );
  index.manifests.push({ ...first, annotations: { 'org.opencontainers.image.ref.name': HOSTILE } });
  await writeFile(path, JSON.stringify(index));
}
