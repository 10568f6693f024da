import { isRemoraError } from '../../../errors.js';
import { checkShape, parseJson } from '../../../oci/text/json.js';
import { quote } from '../../../oci/text/quote.js';
import { isRefName, LIST_KEYS } from '../../../oci/values/annotations.js';
import { type Descriptor, entrySchema } from '../../../oci/values/descriptor.js';
import { isDigest } from '../../../oci/values/digest.js';
import { isIndexType, MediaType } from '../../../oci/values/media-types.js';
import { isReferrersTag, referrersTag } from '../../../oci/values/referrers-tag.js';
import type { Inventory, LayoutDocument } from '../../../store/interfaces/inventory.js';
import type { Source } from '../../../store/interfaces/store.js';
import { entriesTwice, tagOf } from '../lists/entries.js';
import type { CheckReport } from '../report/report.js';

type LayoutSource = Source & Inventory;

/** Checks `oci-layout` (image-spec image-layout.md, "oci-layout file"). A directory of skopeo's has none. */
export async function checkLayoutFile(source: LayoutSource, report: CheckReport): Promise<void> {
  if (source.kind === 'directory') return;
  const what = 'oci-layout';
  const document = await readDocument(source, what, report);
  if (document === undefined) return;
  if (document === 'missing') return report.add('layout-file-missing', 'oci-layout does not exist', { what });
  const version = isObject(document.value) ? document.value.imageLayoutVersion : undefined;
  if (typeof version !== 'string')
    report.add('layout-file-malformed', document.problem ?? 'oci-layout has no imageLayoutVersion', { what });
  else if (version !== '1.0.0')
    report.add('layout-version', `oci-layout has the version ${quote(version)}, wanted "1.0.0"`, { what });
}

/**
 * Checks `index.json` for itself (image-spec image-layout.md, "index.json file").
 *
 * @returns its entries that are well formed
 */
export async function checkIndexFile(source: LayoutSource, report: CheckReport): Promise<readonly Descriptor[]> {
  const what = 'index.json';
  const document = await readDocument(source, what, report);
  if (document === undefined || document === 'missing') {
    report.indexIsSound = false;
    if (document === 'missing') report.add('index-missing', 'index.json does not exist', { what });
    return [];
  }
  const problem = document.problem ?? indexProblem(document.value);
  if (problem !== undefined || !isObject(document.value)) {
    report.indexIsSound = false;
    report.add('index-malformed', problem ?? 'index.json is not an object', { what });
    return [];
  }
  const { manifests } = document.value;
  if (manifests === null) report.add('index-null', 'index.json has null for its manifests', { what });
  const entries = (Array.isArray(manifests) ? manifests : []).flatMap((entry: unknown, index) => {
    try {
      return checkShape(entrySchema, entry, `entry ${index + 1} of index.json`);
    } catch (error) {
      // Writing the other entries would lose this one.
      report.indexIsSound = false;
      report.add('entry-malformed', error instanceof Error ? error.message : String(error), { what });
      return [];
    }
  });
  checkNames(entries, report);
  return entries;
}

function indexProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'index.json is not an object';
  if (value.schemaVersion !== 2) return 'index.json has no schemaVersion 2';
  if (value.mediaType !== undefined && value.mediaType !== MediaType.imageIndex)
    return `index.json has the type ${quote(String(value.mediaType))}, wanted ${MediaType.imageIndex}`;
  return Array.isArray(value.manifests) || value.manifests === null ? undefined : 'index.json has no manifests';
}

/** Checks entries without their manifests. */
function checkNames(entries: readonly Descriptor[], report: CheckReport): void {
  const named = new Map<string, Descriptor>();
  for (const entry of entriesTwice(entries))
    report.add('entry-twice', `index.json has the same entry for ${entry.digest} twice`, { digest: entry.digest });
  for (const entry of entries) {
    const { digest, annotations } = entry;
    const tag = tagOf(entry);
    const subject = LIST_KEYS.map((key) => annotations?.[key]).find((value) => value !== undefined);
    if (subject !== undefined && !isDigest(subject))
      report.add('list-subject-malformed', `list ${digest} is for ${quote(subject)}, which is not a digest`, {
        digest,
      });
    if (tag === undefined) continue;
    const about = { digest, what: tag };
    if (!isRefName(tag)) report.add('tag-malformed', `tag ${quote(tag)} does not fit its grammar`, about);
    if (isReferrersTag(tag) && !isIndexType(entry.mediaType) && referrersTag(digest) !== tag)
      report.add(
        'list-no-index',
        `tag ${quote(tag)} is for a list of referrers, and stands for ${entry.mediaType}`,
        about,
      );
    const other = named.get(tag);
    if (other !== undefined && other.digest !== digest && fullName(other) === fullName(entry))
      report.add('tag-twice', `tag ${quote(tag)} stands for ${other.digest} and for ${digest}`, about);
    named.set(tag, other ?? entry);
  }
}

/** The full name, by which Docker distinguishes the same tag of two repositories. */
function fullName({ annotations }: Descriptor): string | undefined {
  return annotations?.['io.containerd.image.name'];
}

interface Parsed {
  readonly value?: unknown;
  readonly problem?: string;
}

async function readDocument(
  source: LayoutSource,
  name: LayoutDocument,
  report: CheckReport,
): Promise<Parsed | 'missing' | undefined> {
  try {
    const bytes = await source.document(name);
    return bytes === undefined ? 'missing' : { value: parseJson(bytes, name) };
  } catch (error) {
    if (isRemoraError(error) && error.code === 'MALFORMED') return { problem: error.message };
    report.unread(`${name} of ${source.format({})}`, error);
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
