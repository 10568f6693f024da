import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { NamedSource } from './named-source.js';

/** Milliseconds for which a list of tags is kept. */
const MAX_AGE = 60_000;
/** Tags of all lists together that are kept. */
const MAX_TAGS = 200_000;

interface Kept {
  readonly tags: readonly string[];
  readonly until: number;
}

/** Tags that were listed a short while ago: a list of many is read page by page. */
export class RecentTags {
  readonly #lists = new Map<string, Kept>();

  /** A source with its tags as they were listed for another page of the list; `isAnew` asks the source itself. */
  async sourceFor(source: Source, isAnew: boolean, options: CallOptions): Promise<Source> {
    const place = source.format({});
    const kept = this.#lists.get(place);
    this.#lists.delete(place);
    const isKept = kept !== undefined && !isAnew && performance.now() < kept.until;
    const list = isKept ? kept : { tags: await tagsOf(source, options), until: performance.now() + MAX_AGE };
    this.#keep(place, list);
    return new ListedSource(source, place, list.tags);
  }

  /** The list that was used last stands last. */
  #keep(place: string, list: Kept): void {
    this.#lists.set(place, list);
    let count = [...this.#lists.values()].reduce((sum, { tags }) => sum + tags.length, 0);
    for (const [other, { tags }] of this.#lists) {
      if (count <= MAX_TAGS) return;
      this.#lists.delete(other);
      count -= tags.length;
    }
  }
}

class ListedSource extends NamedSource {
  constructor(
    source: Source,
    name: string,
    private readonly listed: readonly string[],
  ) {
    super(source, name);
  }

  override async *tags(): AsyncIterable<string> {
    yield* this.listed;
  }
}

async function tagsOf(source: Source, options: CallOptions): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of source.tags(options)) tags.push(tag);
  return tags;
}
