import type { Descriptor } from '../../../../src/oci/values/descriptor.js';
import { CopyAhead } from '../../../../src/operations/copy/ahead.js';
import { copyIntoStore, type IntoStoreOptions } from '../../../../src/operations/copy/into-store.js';
import type { PlanCopyOptions } from '../../../../src/operations/copy/plan.js';
import { planCopy } from '../../../../src/operations/copy/plan-copy.js';
import type { CopyResult } from '../../../../src/operations/copy/schema.js';
import { type DiscoveredNode, discover } from '../../../../src/operations/discover/discover.js';
import type { Source, Store } from '../../../../src/store/interfaces/store.js';
import { pushImage } from '../../../store/support/artifacts.js';
import { buildkitIndex, childOf, cosignTags } from '../../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../../support/attached.js';

/** An index of two platforms that carries everything at once, under the tag `multi`. */
export async function loadedIndex(store: Store): Promise<Descriptor> {
  const { descriptor } = await buildkitIndex(store, true);
  const amd64 = childOf(await store.manifest({ digest: descriptor.digest }));
  await put(store, await put(store, descriptor, SBOM), SIGNATURE);
  await put(store, await put(store, amd64, SBOM, 'amd64'), SIGNATURE);
  await put(store, amd64, SCAN);
  await cosignTags(store, descriptor);
  return descriptor;
}

/** An image with an SBOM, its signature, and a scan result, under the tag `v1`. */
export async function loadedImage(store: Store): Promise<Descriptor> {
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  await put(store, await put(store, descriptor, SBOM), SIGNATURE);
  await put(store, descriptor, SCAN);
  return descriptor;
}

/** Copies one tag, recursively unless told otherwise. */
export async function copyTag(
  source: Source,
  destination: Store,
  tag: string,
  options: PlanCopyOptions & IntoStoreOptions = {},
): Promise<CopyResult> {
  const ahead = destination.kind === 'registry' ? new CopyAhead(destination, options) : undefined;
  const plan = await planCopy(source, [{ selector: { tag }, tags: [tag] }], { recursive: true, ahead, ...options });
  return copyIntoStore(source, destination, plan, { settle: false, ahead, ...options });
}

/** Everything that is attached, by digest and subject, in a form that does not depend on how it is found. */
export async function everything(store: Source, subject: Descriptor): Promise<readonly string[]> {
  const result = await discover({ store, digest: subject.digest });
  const lines = (nodes: readonly DiscoveredNode[]): string[] =>
    nodes.flatMap((node) => [
      `${node.kind} ${node.digest} of ${node.subject} in ${node.manifest ?? '-'}`,
      ...lines(node.referrers),
    ]);
  return [result, ...(result.platforms ?? [])].flatMap(({ referrers }) => lines(referrers)).sort();
}
