import { errorFields, isRemoraError, RemoraError } from '../../../errors.js';
import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { limiter } from '../../../io/async/run-all.js';
import { isManifestEntry } from '../../../oci/documents/children.js';
import { MAX_READ_BYTES, type Manifest, parseManifest, subjectOf } from '../../../oci/documents/manifest.js';
import { startsObject } from '../../../oci/text/json.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { type Digest, isDigest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { isManifestType } from '../../../oci/values/media-types.js';
import type { CallOptions } from '../../interfaces/store.js';
import { readIndexJson } from '../entries/index-file.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';
import { readManifest } from '../manifests/read.js';
import { namedBy } from '../manifests/scan.js';
import { namesSubject } from '../referrers/blob-scan.js';

/** The digests that a manifest names. Content never changes under its digest, so that each is read once. */
interface Facts {
  /** The manifests and blobs of an index, which can be manifests whatever their entries say. */
  readonly children: readonly Descriptor[];
  /** The config and the layers. */
  readonly content: readonly Descriptor[];
  readonly subject: Digest | undefined;
}

/** A document that no list names: a manifest, or one that cannot be read as such and speaks of others. */
type Loose = Facts | { readonly mentions: readonly Digest[] };

/** `docker save` names its layers in a document of its own, by path. */
export const DOCKER_FILE = 'manifest.json';
const MENTION = /(sha256|sha512)[:/]([a-f0-9]{64,128})/g;

/** Finds all that is reachable in a layout, again and again while others write to it. */
export class Reach {
  readonly #facts = new Map<Digest, Facts>();
  readonly #loose = new Map<Digest, Loose | undefined>();
  readonly #limit = limiter(16);

  constructor(private readonly files: LayoutFiles) {}

  /**
   * The digests that something names: the entries of `index.json` with all that they lead to and their subjects, what is
   * attached to any of it without being listed, and all that a young manifest leads to.
   *
   * @param blobs all blobs that are there
   * @param isYoung whether a blob was written so lately that its name may follow
   * @throws RemoraError `INCOMPLETE` when something reachable cannot be read: nobody knows what it leads to
   */
  async reached(
    blobs: readonly Digest[],
    isYoung: (digest: Digest) => boolean,
    { signal }: CallOptions = {},
  ): Promise<ReadonlySet<Digest>> {
    const reached = new Set<Digest>();
    const { entries, unread } = await this.#known('index.json', readIndexJson(this.files));
    for (const { path, error } of unread) throw this.#unknown(`${path} of index.json`, error);
    for (const digest of await this.#dockerNames()) reached.add(digest);
    await this.#follow(entries, reached, true);
    for (let before = -1; before < reached.size; ) {
      before = reached.size;
      throwIfInterrupted(signal);
      const left = blobs.filter((digest) => !reached.has(digest));
      const loose = await Promise.all(left.map((digest) => this.#limit(() => this.#looseAt(digest))));
      for (const [index, digest] of left.entries()) {
        const document = loose[index];
        if (document === undefined || reached.has(digest)) continue;
        if ('mentions' in document) {
          if (!document.mentions.some((other) => reached.has(other))) continue;
          for (const each of [digest, ...document.mentions]) reached.add(each);
        } else {
          const isAttached = document.subject !== undefined && reached.has(document.subject);
          if (isAttached || isYoung(digest)) await this.#spread(digest, document, reached, isAttached);
        }
      }
    }
    return reached;
  }

  async #spread(digest: Digest, { children, content }: Facts, reached: Set<Digest>, strict: boolean): Promise<void> {
    reached.add(digest);
    for (const each of content) reached.add(each.digest);
    const nested = content.filter(isNested).map((each) => each.digest);
    await this.#follow(children, reached, strict, nested);
  }

  /**
   * @param strict a manifest that cannot be read ends the walk with an error, instead of leading nowhere
   * @param others what may be a manifest and need not be there
   */
  async #follow(
    from: readonly Descriptor[],
    reached: Set<Digest>,
    strict: boolean,
    others: readonly Digest[] = [],
  ): Promise<void> {
    const followed = new Set<Digest>();
    const isFresh = (digest: Digest) => !followed.has(digest) && followed.add(digest).has(digest);
    for (let level = { named: from, others }; level.named.length + level.others.length > 0; ) {
      const named = level.named.filter(({ digest }) => isFresh(digest));
      const more = level.others.filter(isFresh);
      const found = await Promise.all([
        ...named.map((entry) => this.#limit(() => this.#factsOf(entry, strict))),
        ...more.map((digest) => this.#limit(() => this.#optional(digest))),
      ]);
      const facts = found.filter((each) => each !== undefined);
      const content = facts.flatMap((each) => each.content);
      const subjects = facts.flatMap(({ subject }) => subject ?? []);
      for (const { digest } of [...named, ...content]) reached.add(digest);
      for (const digest of [...more, ...subjects]) reached.add(digest);
      level = {
        named: facts.flatMap(({ children }) => children),
        others: [...content.filter(isNested).map(({ digest }) => digest), ...subjects],
      };
    }
  }

  async #factsOf(entry: Descriptor, strict: boolean): Promise<Facts | undefined> {
    const { digest } = entry;
    if (strict && isManifestEntry(entry)) return this.#read(digest);
    const loose = await this.#looseAt(digest);
    return loose !== undefined && 'children' in loose ? loose : undefined;
  }

  async #read(digest: Digest): Promise<Facts> {
    const known = this.#facts.get(digest);
    if (known !== undefined) return known;
    const facts = this.#factsIn(await this.#known(digest, readManifest(this.files, { digest })));
    this.#facts.set(digest, facts);
    return facts;
  }

  /** A subject need not be there, or be a manifest. A damaged one is a manifest that nobody can read. */
  async #optional(digest: Digest): Promise<Facts | undefined> {
    try {
      return await this.#read(digest);
    } catch (error) {
      const cause = isRemoraError(error) ? error.cause : undefined;
      if (isRemoraError(cause) && ['NOT_FOUND', 'MALFORMED', 'UNSUPPORTED'].includes(cause.code)) return undefined;
      throw error;
    }
  }

  #factsIn(manifest: Manifest): Facts {
    for (const { path, error } of manifest.kind === 'index' ? manifest.unread : [])
      throw this.#unknown(`${path} of ${manifest.descriptor.digest}`, error);
    const named = namedBy(manifest);
    const [children, content] = manifest.kind === 'index' ? [named, []] : [[], named];
    return { children, content, subject: subjectOf(manifest)?.digest };
  }

  /** A blob that may be a manifest; undefined for all others. */
  async #looseAt(digest: Digest): Promise<Loose | undefined> {
    if (this.#loose.has(digest)) return this.#loose.get(digest);
    const bytes = await this.#known(digest, this.#document(digest));
    if (bytes === undefined) return undefined;
    const loose = bytes.length === 0 ? undefined : this.#looseIn(bytes, digest);
    this.#loose.set(digest, loose);
    return loose;
  }

  #looseIn(bytes: Buffer, digest: Digest): Loose | undefined {
    try {
      return this.#factsIn(parseManifest(bytes, { digest }));
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      // It cannot be read, and still says that it is attached to something.
      return namesSubject(bytes) ? { mentions: mentionsIn(bytes) } : undefined;
    }
  }

  /** The bytes of a blob that starts like JSON, none for all others; undefined where there is none. */
  async #document(digest: Digest): Promise<Buffer | undefined> {
    const name = blobName(digest);
    const size = await this.files.size(name);
    if (size === undefined) return undefined;
    const nothing = Buffer.alloc(0);
    if (size === 0 || size > MAX_READ_BYTES || !startsObject((await this.files.start(name, 64)) ?? nothing))
      return nothing;
    return orUndefined(this.files.read(name, MAX_READ_BYTES), 'MALFORMED');
  }

  async #dockerNames(): Promise<readonly Digest[]> {
    return mentionsIn(
      (await this.#known(DOCKER_FILE, this.files.read(DOCKER_FILE, MAX_READ_BYTES))) ?? Buffer.alloc(0),
    );
  }

  async #known<T>(what: string, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      throw isRemoraError(error) ? this.#unknown(what, error) : error;
    }
  }

  #unknown(what: string, cause: RemoraError): RemoraError {
    if (cause.code === 'INTERRUPTED' || cause.code === 'INCOMPLETE') return cause;
    const { message, hint } = errorFields(cause);
    return new RemoraError('INCOMPLETE', `could not tell all that ${this.files.location} needs: ${what}: ${message}`, {
      cause,
      ...given({ hint: hint ?? 'Mend it first: remora check names what is wrong' }),
    });
  }
}

/** A layer can be a manifest: tools that nest artifacts say so by its type. */
function isNested({ mediaType }: Descriptor): boolean {
  return isManifestType(mediaType);
}

function mentionsIn(bytes: Buffer): readonly Digest[] {
  const found = bytes.toString('latin1').matchAll(MENTION);
  return [...found].map(([, algorithm, encoded]) => `${algorithm}:${encoded}`).filter((text) => isDigest(text));
}
