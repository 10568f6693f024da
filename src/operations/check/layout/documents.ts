import { isRemoraError } from '../../../errors.js';
import { parseIndex } from '../../../oci/documents/manifest.js';
import { parseJson } from '../../../oci/text/json.js';
import { isObject } from '../../../oci/text/lenient.js';
import { quote } from '../../../oci/text/quote.js';
import { isRefName, LIST_KEYS } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { isDigest } from '../../../oci/values/digest.js';
import { isIndexType } from '../../../oci/values/media-types.js';
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
  const document = await readDocument(source, what, report, (bytes) => parseJson(bytes, what));
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
  const index = await readDocument(source, what, report, (bytes) => parseIndex(bytes, what));
  const found = typeof index === 'object' && 'value' in index ? index.value : undefined;
  if (found === undefined) {
    report.indexIsSound = false;
    if (index === 'missing') report.add('index-missing', 'index.json does not exist', { what });
    else if (index !== undefined)
      report.add('index-malformed', index.problem ?? 'index.json is not an index', { what });
    return [];
  }
  if (found.document.manifests === null) report.add('index-null', 'index.json has null for its manifests', { what });
  for (const { error } of found.unread) report.add('entry-malformed', error.message, { what });
  for (const remark of found.remarks) report.add('index-odd', `index.json has an odd member: ${remark}`, { what });
  checkNames(found.content.manifests, report);
  return found.content.manifests;
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

interface Parsed<T> {
  readonly value?: T;
  readonly problem?: string;
}

async function readDocument<T>(
  source: LayoutSource,
  name: LayoutDocument,
  report: CheckReport,
  parse: (bytes: Uint8Array) => T,
): Promise<Parsed<T> | 'missing' | undefined> {
  try {
    const bytes = await source.document(name);
    return bytes === undefined ? 'missing' : { value: parse(bytes) };
  } catch (error) {
    if (isRemoraError(error) && (error.code === 'MALFORMED' || error.code === 'UNSUPPORTED'))
      return { problem: error.message };
    report.unread(`${name} of ${source.format({})}`, error);
    return undefined;
  }
}
