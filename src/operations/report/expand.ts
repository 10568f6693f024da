import { isRemoraError, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { withoutLogin } from '../../oci/names/mistaken.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { parseReference } from '../../oci/names/reference.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { hasInventory, type Inventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { refuseLocalName } from '../places/local-name.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, selectorOf } from '../places/location.js';
import type { TagChoice } from '../repo/choose-tags.js';
import { listTags } from '../repo/list-tags.js';
import type { OneRegistry } from './one-registry.js';
import type { OpenPlaces } from './open-places.js';

/** A reference that was read in a file. */
export interface ReadReference {
  /** As the file has it. */
  readonly text: string;
  /** `FILE:LINE` */
  readonly from: string;
  /** It stands where only names in registries can: in a document of Kubernetes or compose. @default false */
  readonly isImage?: boolean | undefined;
  /** The reason why it is not a reference. */
  readonly error?: RemoraError | undefined;
}

/** A reference for a report. */
export type Reportable = Location | ReadReference;

/** An image of a report: the place of it, or the reason why there is none. */
export interface Item {
  readonly reference: string;
  readonly given?: string;
  readonly from?: string;
  readonly at?: Place | Stored;
  readonly selector?: ManifestSelector;
  readonly error?: unknown;
  /** Its tag was not named. */
  readonly isLatest?: boolean;
  /** More images may hide behind the error. */
  readonly isHiding?: boolean;
}

/** Options of {@link expand}. */
export interface ExpandOptions extends AccessOptions {
  /** Take these tags of a repository, layout or archive that is named without tag and digest. @default none */
  readonly tags?: Pick<TagChoice, 'match' | 'semver'> | undefined;
}

/** The images that a reference stands for. A failure is one of them. */
export async function expand(
  one: Reportable,
  places: OpenPlaces,
  registries: OneRegistry,
  options: ExpandOptions,
): Promise<readonly Item[]> {
  const text = textOf(one);
  const from = isRead(one) ? { from: one.from } : {};
  if (isRead(one) && one.error !== undefined) return [{ reference: withoutLogin(text), ...from, error: one.error }];
  let at: Place | Stored | undefined;
  try {
    at = await placeOf(one);
    const selector = selectorOf(at);
    const named = given({ given: text === nameOf(at, selector) ? undefined : text || undefined });
    const item = (chosen: ManifestSelector): Item => {
      const reference = nameOf(place, chosen);
      return { reference, ...(reference === text ? {} : named), ...from, at: place, selector: chosen };
    };
    const place = at;
    registries.check(place);
    if (selector.tag !== undefined || selector.digest !== undefined) return [item(selector)];
    if (options.tags === undefined && kindOf(at) === 'registry')
      return [{ ...item({ tag: 'latest' }), isLatest: true }];
    if (kindOf(at) === 'directory') return [item({})];
    const all = await places.use(at, options, (source) => entriesOf(source, options));
    return all.map(item);
  } catch (error) {
    if (isInterruption(error) || registries.isRefusal(error)) throw error;
    const reference = at === undefined ? withoutLogin(text) : nameOf(at, selectorOf(at));
    return [{ reference, ...from, error, isHiding: at !== undefined }];
  }
}

/** The name that stands for a reference in a report, unless its tags are listed; of what is not a reference its text. */
export function nameOfReference(one: Reportable): string {
  const text = textOf(one);
  try {
    const at = parsed(one);
    const selector = selectorOf(at);
    const isNamed = selector.tag !== undefined || selector.digest !== undefined || kindOf(at) !== 'registry';
    return nameOf(at, isNamed ? selector : { tag: 'latest' });
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return withoutLogin(text);
  }
}

/** Whether a reference was read in a file. */
export function isRead(one: Reportable): one is ReadReference {
  return typeof one === 'object' && 'from' in one && 'text' in one;
}

async function placeOf(one: Reportable): Promise<Place | Stored> {
  const at = parsed(one);
  if (!isRead(one) && !('store' in at)) await refuseLocalName(at, false);
  return at;
}

function parsed(one: Reportable): Place | Stored {
  if (!isRead(one)) return resolveLocation(one);
  // A path in a document would lead to files of whoever reads it.
  return one.isImage ? { kind: 'registry', ...parseReference(one.text) } : resolveLocation(one.text);
}

function textOf(one: Reportable): string {
  if (typeof one === 'string') return one;
  return isRead(one) ? one.text : '';
}

function kindOf(at: Place | Stored): Place['kind'] {
  return 'store' in at ? at.store.kind : at.kind;
}

function nameOf(at: Place | Stored, selector: ManifestSelector): string {
  return 'store' in at ? at.store.format(selector) : formatPlace(at, selector);
}

/** The chosen tags by name; of a layout or an archive also what has no tag. */
async function entriesOf(source: Source, { tags, signal }: ExpandOptions): Promise<readonly ManifestSelector[]> {
  const { tags: names } = await listTags(source, { ...tags, signal });
  const isWhole = tags?.match === undefined && tags?.semver === undefined;
  const untagged = isWhole && hasInventory(source) ? await untaggedRoots(source, { signal }) : [];
  const all = [...names.map((tag) => ({ tag })), ...untagged.map((digest) => ({ digest }))];
  if (all.length > 0) return all;
  throw new RemoraError('NO_MATCH', `${source.format({})} has no tags`, { hint: 'Name an image by its digest' });
}

/** The manifests of a layout that stand for themselves, and have no name. */
async function untaggedRoots(source: Inventory, options: CallOptions): Promise<readonly Digest[]> {
  const isNamed = ({ annotations }: Descriptor) => annotations?.[Annotation.refName] !== undefined;
  const named = new Set((await source.entries()).filter(isNamed).map(({ digest }) => digest));
  const roots = new Set((await source.roots(options)).map(({ digest }) => digest));
  return [...roots].filter((digest) => !named.has(digest)).sort();
}
