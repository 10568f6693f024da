import { errorFields, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { gone } from '../attached/find.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { AttachedWalk, type WalkOptions } from '../attached/walk.js';
import type { AttachedTree } from './selection.js';

/** Options of {@link attachedTrees}. */
export interface AttachedTreesOptions extends CallOptions, Pick<WalkOptions, 'onListed' | 'limit' | 'predicateTypes'> {
  /** Manifests that were read already. @default none */
  readonly known?: ReadonlyMap<Digest, Manifest> | undefined;
  /** A failed question is returned, instead of thrown. @default false */
  readonly several?: boolean | undefined;
}

/** A failed question about what is attached. */
export interface UnaskedOf {
  /** The root, or the child of it, that it was about, at whichever depth. */
  readonly subject: Digest;
  readonly way: string;
  readonly error: unknown;
}

/** All attachments of some subjects, and the questions that failed. */
export interface AttachedTrees {
  readonly trees: readonly AttachedTree[];
  readonly unasked: readonly UnaskedOf[];
}

/**
 * All attachments of these subjects, of the children of their indexes, and of the attachments themselves, each once.
 *
 * @throws RemoraError `INCOMPLETE` when a way to be attached could not be asked
 */
export async function attachedTrees(
  source: Source,
  subjects: readonly Subject[],
  options: AttachedTreesOptions,
): Promise<AttachedTrees> {
  const { signal, known, onListed, several, predicateTypes, limit = new ItemLimit() } = options;
  const [first] = subjects;
  const unasked: UnaskedOf[] = [];
  /** The root or child of a root that an attachment belongs to. */
  const tops = new Map<Digest, Digest>();
  const onUnasked = (way: string, error: unknown, about: Digest) => {
    if (isInterruption(error)) throw error;
    if (!several) throw incompleteCopy(way, error);
    unasked.push({ subject: tops.get(about) ?? about, way, error });
  };
  const walk = new AttachedWalk(source, subjects.length === 1 ? first?.descriptor : undefined, {
    signal,
    limit,
    onListed,
    onUnasked,
    predicateTypes,
    // It cannot be copied by anybody: the rest is, and the result names it.
    onGone: (entry) => {
      const { digest } = entry;
      const [subject] = subjects;
      if (subject !== undefined)
        unasked.push({
          subject: subject.descriptor.digest,
          way: `manifest ${source.format({ digest })}`,
          error: gone(source, digest),
        });
    },
  });

  const direct = (subject: Subject): Promise<readonly AttachedTree[]> => {
    const { digest } = subject.descriptor;
    return walk.each(subject, Number.POSITIVE_INFINITY, async (attachment) => {
      const descriptor = walk.carrier(attachment);
      if (descriptor !== undefined) tops.set(descriptor.digest, tops.get(digest) ?? digest);
      return { attachment, subject: digest, below: descriptor === undefined ? [] : await trees({ descriptor }) };
    });
  };
  const ofChildren = async ({ descriptor }: Subject): Promise<readonly AttachedTree[]> => {
    const found = await platformSubjects(source, descriptor, { signal, limit, known, onUnasked });
    const children = found?.platforms ?? [];
    const top = tops.get(descriptor.digest);
    if (top !== undefined) for (const child of children) tops.set(child.descriptor.digest, top);
    return (await Promise.all(children.map(direct))).flat();
  };
  const trees = async (subject: Subject): Promise<readonly AttachedTree[]> =>
    (await Promise.all([direct(subject), ofChildren(subject)])).flat();
  return { trees: (await Promise.all(subjects.map(trees))).flat(), unasked };
}

/** The error for a copy that would lack attachments silently. */
export function incompleteCopy(way: string, error: unknown): RemoraError {
  const { message, hint } = errorFields(error);
  return new RemoraError('INCOMPLETE', `not all attachments are known: ${way}: ${message}`, {
    cause: error,
    ...given({ hint: hint ?? 'Copy again, or copy what is named alone, without -r' }),
  });
}
