import { RemoraError } from '../../errors.js';
import { buildIndex } from '../../oci/documents/build-manifest.js';
import { type AnnotationChanges, checkChanges } from '../../oci/documents/edit-annotations.js';
import { editedEntries } from '../../oci/documents/edit-index.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { type Annotations, sortAnnotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given, setOwn } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { ChangeTagOptions } from '../../store/interfaces/abilities.js';
import type { Store } from '../../store/interfaces/store.js';
import type { AccessOptions, Location } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { changeIndexesTogether, checkedIndex, entriesOf, type IndexManifest, requirePresent } from './change-index.js';
import { changedEntry, isSamePlatform, platformTaken } from './entries.js';
import { openedPlace, taggedTarget, withIndexPlace } from './index-place.js';
import { LastWriter } from './last-writer.js';
import { knownEntries, PickedEntries, parseEntryName } from './picked-entries.js';
import { changedResult } from './result.js';
import type { IndexResult } from './schema.js';

/** The changes of {@link annotateIndex}. */
export interface IndexAnnotations {
  /** Values by their keys; `null` removes an annotation, which may be absent. @default none */
  readonly annotations?: AnnotationChanges | undefined;
  /** The entry that is changed: a tag, a digest or a platform. @default the index itself */
  readonly member?: string | undefined;
  /** The platform that the member gets. @default it stays */
  readonly platform?: string | Platform | undefined;
  /** The type that the index gets as an artifact. @default it stays */
  readonly artifactType?: string | undefined;
}

/** Options of {@link annotateIndex}. */
export interface AnnotateIndexOptions extends AccessOptions, Pick<ChangeTagOptions, 'settle'> {
  /** Write nothing, and return the result that the call would have. @default false */
  readonly dryRun?: boolean | undefined;
}

/**
 * Changes annotations of the index of a tag, or of one of its entries, and moves the tag. Manifests themselves stay as
 * they are. Calls at the same time lose nothing; of two that set one key, the last one counts.
 *
 * @param target an index with any number of tags, each of which is changed
 * @returns the index of the first tag and its entries; sizes are in bytes
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (the member), `AMBIGUOUS` (several members for a platform),
 *   `EXISTS` (the tag is not an index, or another entry has the platform), `CHANGED`, and as the stores
 */
export async function annotateIndex(
  target: Location<Store>,
  changes: IndexAnnotations,
  options: AnnotateIndexOptions = {},
): Promise<IndexResult> {
  const { dryRun } = options;
  const { annotations = {}, artifactType } = changes;
  const { at, tags } = taggedTarget(target);
  const platform = platformOf(changes.platform);
  if (Object.keys(annotations).length === 0 && artifactType === undefined && platform === undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'a change is not given', {
      hint: 'Write KEY=VALUE to set an annotation, KEY- to remove it; or give --artifact-type or --platform',
    });
  // A bad type or annotation is told before the first request.
  if (Object.keys(annotations).length > 0) checkChanges(annotations);
  buildIndex({ artifactType, manifests: [] });
  const named = changes.member === undefined ? undefined : parseEntryName(at, changes.member);
  if (named === undefined && platform !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'a platform is given without the member that gets it', {
      hint: 'Name the member by its tag or digest with --member',
    });
  return withIndexPlace(at, { ...options, create: false }, async (place) => {
    const wanted = named && (await knownEntries(openedPlace(place), [named], options));
    const make = (tag: string) => {
      const name = place.format({ tag });
      const picked = wanted && new PickedEntries(wanted, name);
      const work = new Annotating({ annotations, artifactType, platform }, name);
      return (present: IndexManifest | undefined, isAgain: boolean) =>
        work.changed(requirePresent(present, name), picked, isAgain);
    };
    return changedResult(place.format, await changeIndexesTogether(place, tags, make, options), { dryRun });
  });
}

/** The change of one tag. */
class Annotating {
  readonly #wishes = new Map<string, LastWriter>();
  #isAgain = false;

  constructor(
    private readonly changes: {
      readonly annotations: AnnotationChanges;
      readonly artifactType: string | undefined;
      readonly platform: Platform | undefined;
    },
    private readonly name: string,
  ) {}

  changed(index: IndexManifest, picked: PickedEntries | undefined, isAgain: boolean): Manifest | undefined {
    this.#isAgain = isAgain;
    const { artifactType = index.content.artifactType } = this.changes;
    const type = this.#chosen('type', index.content.artifactType, artifactType);
    const before = entriesOf(index);
    const meant = picked?.of(before);
    if (meant !== undefined && !isAgain) this.#requireOne(meant);
    const manifests = before.map((entry) => (meant?.has(entry) ? this.#entry(entry, before) : entry));
    const annotations =
      meant === undefined ? this.#annotations('', index.content.annotations) : index.content.annotations;
    const isSame = type === index.content.artifactType && annotations === index.content.annotations;
    if (!isSame && index.descriptor.mediaType !== MediaType.imageIndex) throw bare(this.name, index);
    if (isSame && manifests.every((entry, n) => entry === before[n])) return undefined;
    return edited(index, { artifactType: type, manifests, annotations });
  }

  /** Several entries with one platform would lose the platforms that tell them apart. */
  #requireOne(meant: ReadonlySet<Descriptor>): void {
    const { platform } = this.changes;
    if (platform === undefined || meant.size < 2) return;
    const platforms = new Set([...meant].flatMap((one) => (one.platform ? [formatPlatform(one.platform)] : [])));
    const candidates = platforms.size === meant.size ? [...platforms] : [...meant].map(({ digest }) => digest);
    const message = `${this.name} has ${meant.size} such members, and one gets ${formatPlatform(platform)}`;
    const hint = 'Name one of them with --member';
    throw new RemoraError('AMBIGUOUS', message, { candidates, hint });
  }

  #entry(entry: Descriptor, all: readonly Descriptor[]): Descriptor {
    const annotations = this.#annotations(entry.digest, entry.annotations);
    const platform = this.#platform(entry, all);
    const isSame = annotations === entry.annotations && platform === entry.platform;
    return isSame ? entry : changedEntry(entry, { annotations, platform });
  }

  #platform(entry: Descriptor, all: readonly Descriptor[]): Platform | undefined {
    const { platform } = this.changes;
    if (platform === undefined || isSamePlatform(platform, entry.platform)) return entry.platform;
    const rival = all.find((other) => other !== entry && isSamePlatform(other.platform, platform));
    if (rival !== undefined) throw platformTaken(this.name, rival, { ...entry, platform });
    const known = entry.platform && formatPlatform(entry.platform);
    return this.#wish(`platform ${entry.digest}`).replaces([known], this.#isAgain) ? platform : entry.platform;
  }

  /** The same object where nothing changes; undefined where none are left. */
  #annotations(holder: string, before: Annotations | undefined): Annotations | undefined {
    const after: Record<string, string | undefined> = { ...before };
    for (const [key, value] of Object.entries(this.changes.annotations))
      setOwn(after, key, this.#chosen(`${holder} ${key}`, before?.[key], value ?? undefined));
    if (Object.entries(after).every(([key, value]) => value === before?.[key])) return before;
    const kept = sortAnnotations(valuesOf(after));
    return Object.keys(kept).length === 0 ? undefined : kept;
  }

  #chosen(what: string, present: string | undefined, wanted: string | undefined): string | undefined {
    return present !== wanted && this.#wish(what).replaces([present], this.#isAgain) ? wanted : present;
  }

  #wish(what: string): LastWriter {
    const wish = this.#wishes.get(what) ?? new LastWriter();
    this.#wishes.set(what, wish);
    return wish;
  }
}

function bare(name: string, { descriptor }: IndexManifest): RemoraError {
  const { mediaType } = descriptor;
  return new RemoraError('INVALID_ARGUMENT', `${name} is a list of Docker's, which has neither type nor annotations`, {
    found: mediaType,
    hint: 'Make an OCI index of its members with remora index create',
  });
}

function valuesOf(annotations: Readonly<Record<string, string | undefined>>): Annotations {
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(annotations)) if (value !== undefined) setOwn(values, key, value);
  return values;
}

/** The index with other members, in the order of a new index; unknown ones stay. */
function edited(
  index: IndexManifest,
  members: Pick<IndexManifest['content'], 'artifactType' | 'manifests' | 'annotations'>,
): Manifest {
  const document = parseJson(index.bytes, 'image index');
  const {
    schemaVersion,
    mediaType,
    subject,
    artifactType: _,
    annotations: __,
    manifests,
    ...others
  } = isObject(document) ? document : {};
  const { artifactType, annotations } = members;
  const entries = editedEntries(manifests, members.manifests);
  return checkedIndex(
    Buffer.from(
      JSON.stringify(
        given({ schemaVersion, mediaType, artifactType, manifests: entries, subject, annotations, ...others }),
      ),
    ),
  );
}
