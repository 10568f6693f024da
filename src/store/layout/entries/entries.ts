import type { RemoraError } from '../../../errors.js';
import { once } from '../../../io/async/once.js';
import { isObject } from '../../../oci/text/lenient.js';
import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { LayoutFiles } from '../files/files.js';
import { INDEX_FILE } from '../files/paths.js';
import { type IndexFile, readIndexJson } from './index-file.js';
import { nameKeys } from './names.js';
import { isSaved } from './saved.js';

/** The entries of `index.json`, found by name and by digest. */
export interface Entries {
  readonly all: readonly Descriptor[];
  /** Those that a name can mean: in the order of the file, each once. */
  named(name: string): readonly Descriptor[];
  /** `cosign save` made some of them, which have no names. */
  readonly areSaved: boolean;
  /** The first with this digest. */
  byDigest(digest: Digest): Descriptor | undefined;
  /** The names of entries that cannot be read, and why. */
  readonly unread: ReadonlyMap<string, RemoraError>;
}

/** Reads `index.json` once for as long as it stays the same: a tree of what is attached asks for thousands of names. */
export class EntriesCache {
  readonly #entries = new Map<string, Promise<Entries>>();

  constructor(private readonly files: LayoutFiles) {}

  async read(): Promise<Entries> {
    const stamp = await this.files.stamp(INDEX_FILE);
    if (!this.#entries.has(stamp)) this.#entries.clear();
    return once(this.#entries, stamp, () => readIndexJson(this.files).then(sorted));
  }
}

function sorted({ entries: all, unread }: IndexFile): Entries {
  const byName = new Map<string, Set<Descriptor>>();
  const byDigest = new Map<Digest, Descriptor>();
  for (const entry of all) {
    if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry);
    for (const key of nameKeys(entry)) {
      const known = byName.get(key) ?? new Set();
      byName.set(key, known.add(entry));
    }
  }
  return {
    all,
    areSaved: all.some(isSaved),
    named: (name) => [...(byName.get(name) ?? [])],
    byDigest: (digest) => byDigest.get(digest),
    unread: new Map(unread.flatMap(({ form, error }) => nameIn(form).map((name) => [name, error]))),
  };
}

function nameIn(form: unknown): readonly string[] {
  const annotations = isObject(form) && isObject(form.annotations) ? form.annotations : {};
  const name = annotations[Annotation.refName];
  return typeof name === 'string' ? [name] : [];
}
