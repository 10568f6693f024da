import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { DiscoveredNode } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { attach, referrerOf } from '../../store/support/artifacts.js';

export const SBOM = 'application/spdx+json';
export const SIGNATURE = 'application/vnd.example.signature.v1';
export const SCAN = 'application/sarif+json';

/** The types of a tree, indented by depth, siblings sorted. */
export function shape(nodes: readonly DiscoveredNode[]): string[] {
  const indented = (text: string) => `\n  ${text.replaceAll('\n', '\n  ')}`;
  return nodes.map((node) => `${node.artifactType}${shape(node.referrers).map(indented).join('')}`).sort();
}

/** Attaches an artifact without files; the note makes it another one. */
export async function put(store: Store, subject: Descriptor, type: string, note = ''): Promise<Descriptor> {
  const manifest = referrerOf(subject, type, note === '' ? undefined : { note });
  await attach(store, manifest, { settle: false });
  return manifest.descriptor;
}
