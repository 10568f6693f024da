import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { attach } from '../../../src/operations/attach/attach.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { writeIndex } from '../../support/image-layout.js';
import { type RegistryOptions, startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';

/** Text that would run in a page, end an attribute, or turn the direction of writing. */
export const HOSTILE = '"><img src=x onerror=alert(1)>\u202e\u0007</pre><script>alert(2)</script>';

export const SBOM = JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'app',
  creationInfo: { created: '2026-11-20T08:00:00Z', creators: ['Tool: a test'] },
  packages: [{ SPDXID: 'SPDXRef-1', name: 'openssl', versionInfo: '3.0.2' }],
});

export const PLACES = ['layout', 'archive', 'registry', 'registry without the API'] as const;

export interface Placed {
  /** The repository, layout or archive. */
  readonly place: string;
  /** The image in it. */
  readonly image: string;
  /** The registry, where the place is in one. */
  readonly registry: string | undefined;
}

/** An index of two platforms with an SBOM, a file with hostile names, and an SBOM of one platform. */
export async function placed(kind: (typeof PLACES)[number]): Promise<Placed> {
  const directory = join(await tempDir(), 'app');
  await writeIndex(directory, ['amd64', 'arm64']);
  const layout = `oci:${directory}`;
  const sbom = { name: 'app.spdx.json', content: SBOM };
  await attach(`${layout}:v1`, [sbom]);
  await attach(`${layout}:v1`, [{ name: 'app-amd64.spdx.json', content: SBOM }], { platform: 'linux/amd64' });
  await attach(`${layout}:v1`, [{ name: 'notes.txt', content: HOSTILE }], {
    artifactType: 'application/vnd.acme.notes',
    annotations: { [`org.acme.${HOSTILE}`]: HOSTILE },
  });
  if (kind === 'layout') return { place: layout, image: `${layout}:v1`, registry: undefined };
  if (kind === 'archive') {
    const place = `oci-archive:${directory}.tar`;
    await copy(`${layout}:v1`, `${place}:v1`, { recursive: true });
    return { place, image: `${place}:v1`, registry: undefined };
  }
  const { host } = await withRegistry(kind === 'registry' ? {} : { referrers: 'none' });
  const place = `${host}/team/app`;
  await copy(`${layout}:v1`, `${place}:v1`, { recursive: true });
  return { place, image: `${place}:v1`, registry: host };
}

export async function withRegistry(options: RegistryOptions) {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  return registry;
}
