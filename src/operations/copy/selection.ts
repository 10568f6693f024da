import type { Kind } from '../../formats/kinds/kind.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from '../attached/attachment.js';
import { newestOf } from '../attached/newest.js';
import { type AnnotationSelector, describeSelection, isWanted, type Selection } from '../attached/selection.js';

/** Selects the attachments that a copy takes: those that match, and those that lead to them. */
export interface CopySelection extends Omit<Selection, 'all'> {
  /** Attachments that match any of these stay behind, with their own attachments. @default none */
  readonly except?: {
    readonly kinds?: readonly Kind[] | undefined;
    readonly artifactTypes?: readonly string[] | undefined;
    readonly annotations?: readonly AnnotationSelector[] | undefined;
  };
}

/** An attachment, its subject, and its own attachments. */
export interface AttachedTree {
  readonly attachment: Attachment;
  readonly subject: Digest;
  readonly below: readonly AttachedTree[];
}

/** Whether a selection leaves anything out. */
export function isEverything({ except = {}, ...selection }: CopySelection): boolean {
  const { kinds = [], artifactTypes = [], annotations = [] } = except;
  return (
    !selection.latest && [...describeSelection(selection), ...kinds, ...artifactTypes, ...annotations].length === 0
  );
}

/**
 * The selected attachments. `latest` keeps the newest of each subject, since every platform has its own SBOM.
 *
 * @param also takes further attachments, unless they are excluded
 * @throws RemoraError `AMBIGUOUS` where dates do not tell the newest
 */
export function chosenTrees(
  trees: readonly AttachedTree[],
  selection: CopySelection,
  also: (attachment: Attachment) => boolean = () => false,
): readonly AttachedTree[] {
  const kept = trees.filter(({ attachment }) => !isExcluded(attachment, selection));
  const wanted = kept.filter(({ attachment }) => isWanted(attachment, selection));
  const newest = selection.latest ? newestBySubject(wanted) : new Set(wanted);
  return kept.flatMap((tree) => {
    const below = chosenTrees(tree.below, selection, also);
    return newest.has(tree) || also(tree.attachment) || below.length > 0 ? [{ ...tree, below }] : [];
  });
}

/** Whether only an index names the attachment. */
export function isChildAlone({ via }: Attachment): boolean {
  return via.every((way) => way === 'index-child');
}

function isExcluded(attachment: Attachment, { except = {} }: CopySelection): boolean {
  const { kinds = [], artifactTypes = [], annotations = [] } = except;
  return (
    (kinds.length > 0 && isWanted(attachment, { kind: kinds })) ||
    artifactTypes.some((artifactType) => isWanted(attachment, { artifactType })) ||
    annotations.some((annotation) => isWanted(attachment, { annotations: [annotation] }))
  );
}

function newestBySubject(trees: readonly AttachedTree[]): ReadonlySet<AttachedTree> {
  return new Set(
    [...new Set(trees.map(({ subject }) => subject))].flatMap((of) => {
      const siblings = trees.filter(({ subject }) => subject === of);
      const attachments = siblings.map(({ attachment }) => attachment);
      const newest = attachments.length === 1 ? attachments[0] : newestOf(attachments);
      return siblings.filter(({ attachment }) => attachment === newest);
    }),
  );
}
