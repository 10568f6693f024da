import { mapSome } from '../../io/async/run-all.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from '../attached/attachment.js';
import type { Subject } from '../attached/subject.js';
import type { CopyRoot, TagThere } from './plan.js';
import type { KeptTag } from './schema.js';
import type { AttachedTree } from './selection.js';

/** Questions about tags at a time. */
const CONCURRENCY = 32;

/** The tags of the destination that stay, since they name other manifests than those of the source. */
export class KeptTags {
  /** By the tag and the digest that it would name: two places can each have an image for one tag. */
  readonly #kept = new Map<string, KeptTag>();

  /** @param there undefined where tags are moved */
  constructor(private readonly there: TagThere | undefined) {}

  /** All that stay. */
  get tags(): readonly KeptTag[] {
    return [...this.#kept.values()];
  }

  /** The roots of which something is to be copied: a root whose tags all stay is left out. */
  async ofRoots<R extends Pick<CopyRoot, 'tags'> & { readonly subject?: Subject }>(
    roots: readonly R[],
  ): Promise<readonly R[]> {
    if (this.there === undefined) return roots;
    const wanted = roots.map((root) => ({ root, digest: root.subject?.descriptor.digest }));
    await this.#look(wanted.flatMap(({ root, digest }) => pairs(root.tags, digest)));
    return wanted.flatMap(({ root, digest }) => {
      const tags = root.tags.filter((tag) => !this.stays(tag, digest));
      return root.tags.length > 0 && tags.length === 0 ? [] : [{ ...root, tags }];
    });
  }

  /** Looks for the tags that attach, as those of cosign do. */
  async expect(trees: readonly AttachedTree[]): Promise<void> {
    if (this.there !== undefined) await this.#look(trees.flatMap(tagsIn));
  }

  /** Whether a tag names another manifest in the destination. */
  stays(tag: string, digest: Digest | undefined): boolean {
    return this.#kept.has(`${tag} ${digest}`);
  }

  /** Whether only tags that stay attach it: its manifest would hang on nothing there. */
  hides({ via, tags = [], holder, descriptor }: Attachment): boolean {
    const { digest } = holder ?? descriptor;
    return tags.length > 0 && tags.every((tag) => this.stays(tag, digest)) && via.every((way) => way === 'cosign-tag');
  }

  async #look(wanted: readonly (readonly [string, Digest])[]): Promise<void> {
    await mapSome(wanted, CONCURRENCY, async ([tag, digest]) => {
      const there = await this.there?.(tag);
      if (there === undefined || there === digest) return;
      this.#kept.set(`${tag} ${digest}`, { tag, digest: there, wanted: digest });
    });
  }
}

function pairs(tags: readonly string[], digest: Digest | undefined): readonly (readonly [string, Digest])[] {
  return digest === undefined ? [] : tags.map((tag) => [tag, digest]);
}

function tagsIn({ attachment, below }: AttachedTree): readonly (readonly [string, Digest])[] {
  const { tags = [], holder, descriptor } = attachment;
  return [...pairs(tags, (holder ?? descriptor).digest), ...below.flatMap(tagsIn)];
}
