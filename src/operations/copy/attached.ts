import type { Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { AttachedWalk, type WalkOptions } from '../attached/walk.js';
import type { AttachedTree } from './selection.js';

/** Options of {@link attachedTrees}. */
export interface AttachedTreesOptions extends CallOptions, Pick<WalkOptions, 'onListed'> {
  /** Manifests that were read already. @default none */
  readonly known?: ReadonlyMap<Digest, Manifest> | undefined;
}

/**
 * All attachments of these subjects, of the children of their indexes, and of the attachments themselves, each once.
 *
 * @throws RemoraError when a way to be attached could not be asked
 */
export async function attachedTrees(
  source: Source,
  subjects: readonly Subject[],
  options: AttachedTreesOptions,
): Promise<readonly AttachedTree[]> {
  const { signal, known } = options;
  const [first] = subjects;
  const walk = new AttachedWalk(source, subjects.length === 1 ? first?.descriptor : undefined, options);

  const direct = (subject: Subject): Promise<readonly AttachedTree[]> =>
    walk.each(subject, Number.POSITIVE_INFINITY, async (attachment) => {
      const descriptor = walk.carrier(attachment);
      const below = descriptor === undefined ? [] : await trees({ descriptor });
      return { attachment, subject: subject.descriptor.digest, below };
    });
  const ofChildren = async ({ descriptor }: Subject): Promise<readonly AttachedTree[]> => {
    const found = await platformSubjects(source, descriptor, { signal, known });
    return (await Promise.all((found?.platforms ?? []).map(direct))).flat();
  };
  const trees = async (subject: Subject): Promise<readonly AttachedTree[]> =>
    (await Promise.all([direct(subject), ofChildren(subject)])).flat();
  return (await Promise.all(subjects.map(trees))).flat();
}
