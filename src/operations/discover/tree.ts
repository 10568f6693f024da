import type { Digest } from '../../oci/values/digest.js';
import { parseBeginning } from '../../oci/values/digest-beginning.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { Claimed } from '../../trust/values/claimed.js';
import type { Attachment } from '../attached/attachment.js';
import { begunBy } from '../attached/begun-by.js';
import { placeNames } from '../attached/in-places.js';
import { newestOf } from '../attached/newest.js';
import { isWanted, type LookSelection } from '../attached/selection.js';
import type { AttachedTree } from '../attached/trees.js';
import type { DiscoveredNode } from './schema.js';

/** Turns trees into nodes of a result: the selected attachments, and those above them. */
export class NodeBuilder {
  readonly #isShown: (attachment: Attachment) => boolean;

  /**
   * @param trees all trees of the result, for `latest`
   * @throws RemoraError `AMBIGUOUS` for `latest` with equal or absent dates
   */
  constructor(
    private readonly source: Source,
    trees: readonly AttachedTree[],
    { digestBeginning, ...selection }: LookSelection,
    /** The claims of signatures. @default none were read */
    private readonly claims: ReadonlyMap<Attachment, Claimed> = new Map(),
  ) {
    this.#isShown = (attachment) => isWanted(attachment, selection);
    if (!selection.latest && digestBeginning === undefined) return;
    const fitting = flat(trees).filter(this.#isShown);
    const wanted = digestBeginning === undefined ? fitting : begunBy(fitting, parseBeginning(digestBeginning));
    this.#isShown = (attachment) => wanted.includes(attachment);
    if (!selection.latest) return;
    const newest = wanted.length > 1 ? newestOf(wanted, { beginning: true }) : wanted[0];
    this.#isShown = (attachment) => attachment === newest;
  }

  nodes(subject: Digest, trees: readonly AttachedTree[]): readonly DiscoveredNode[] {
    return trees.flatMap(({ attachment, below }) => {
      const referrers = this.nodes((attachment.holder ?? attachment.descriptor).digest, below);
      const isNode = this.#isShown(attachment) || referrers.length > 0;
      return isNode ? [this.#node(attachment, subject, referrers)] : [];
    });
  }

  #node(attachment: Attachment, subject: Digest, referrers: readonly DiscoveredNode[]): DiscoveredNode {
    const { descriptor, holder, via, kind, formats, predicateType, created, content } = attachment;
    const { mediaType, digest, size, artifactType, annotations } = descriptor;
    // V8 keeps a description for each object that is put together in parts, and one for all that one call makes.
    return given({
      reference: this.source.format({ digest: holder?.digest ?? digest }),
      mediaType,
      digest,
      size,
      artifactType: artifactType || undefined,
      annotations,
      kind,
      formats: formats.length === 0 ? undefined : formats,
      predicateType,
      created,
      content,
      manifest: holder?.digest,
      subject,
      via,
      places: placeNames(this.source, attachment),
      claimed: this.claims.get(attachment),
      referrers,
    });
  }
}

/** All attachments of trees, those above first. */
export function flat(trees: readonly AttachedTree[]): readonly Attachment[] {
  return trees.flatMap(({ attachment, below }) => [attachment, ...flat(below)]);
}
