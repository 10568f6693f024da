import { isRemoraError } from '../../errors.js';
import { kindRow } from '../../formats/kinds/kind-of.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { mapSome } from '../../io/async/run-all.js';
import { layersOf, type Manifest } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Store, WriteResult } from '../../store/interfaces/store.js';
import type { SameContent } from './schema.js';

/** Manifests that are read in a registry, where each is a request. */
const MAX_READ = 8;

/**
 * Other manifests that are attached to the subject and hold a file of this one. The place is asked only where such a file
 * was there before; a failure tells of none, since the attachment itself does not depend on it. A signature or a bundle
 * under another artifact type is meant for another reader, and not named.
 *
 * @param written the results of the blobs
 * @throws RemoraError `INTERRUPTED`
 */
export async function sameContent(
  store: Store,
  subject: Descriptor,
  manifest: Manifest,
  written: ReadonlyMap<string, WriteResult>,
  { signal }: CallOptions,
): Promise<readonly SameContent[]> {
  const known = layersOf(manifest).filter((layer) => isFile(layer) && written.get(layer.digest) === 'exists');
  if (known.length === 0) return [];
  try {
    const others: Descriptor[] = [];
    for await (const { descriptor } of store.referrers(subject, { signal }))
      if (descriptor.digest !== manifest.descriptor.digest) others.push(descriptor);
    const { artifactType } = manifest.content;
    const likely = others.toSorted((one, other) => rank(one, artifactType) - rank(other, artifactType));
    const read = store.kind === 'registry' ? likely.slice(0, MAX_READ) : likely;
    const found = await mapSome(read, MAX_READ, (other) => {
      const files = other.artifactType === artifactType ? known : known.filter((layer) => !isSigned(layer));
      return files.length === 0 ? Promise.resolve([]) : shared(store, other, files, { signal });
    });
    return found.flat();
  } catch (error) {
    if (isInterruption(error) || !isRemoraError(error)) throw error;
    return [];
  }
}

/** The same file mostly has the same type under another name. */
function rank(entry: Descriptor, artifactType: string | null | undefined): number {
  return entry.artifactType === artifactType ? 0 : 1;
}

function isFile(layer: Descriptor): boolean {
  return !isEmpty(layer) && layer.size > 0;
}

function isSigned({ mediaType }: Descriptor): boolean {
  const { kind, format } = kindRow('type', mediaType) ?? {};
  return kind === 'signature' || format === 'sigstore-bundle' || format === 'dsse';
}

async function shared(
  store: Store,
  { digest, artifactType }: Descriptor,
  known: readonly Descriptor[],
  options: CallOptions,
): Promise<readonly SameContent[]> {
  const layers = layersOf(await store.manifest({ digest }, options));
  return known.flatMap((layer) => {
    const same = layers.find((other) => other.digest === layer.digest);
    if (same === undefined) return [];
    return given({
      reference: store.format({ digest }),
      digest,
      artifactType: artifactType || undefined,
      title: titleOf(same),
      layer: layer.digest,
      name: titleOf(layer),
    });
  });
}

function titleOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[Annotation.title];
}
