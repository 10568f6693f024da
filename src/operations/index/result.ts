import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import type { CopiedObject } from '../copy/schema.js';
import type { IndexAtTag } from './change-index.js';
import type { IndexResult, IndexResultEntry } from './schema.js';

/** The parts of a result that the index does not tell. */
export interface ResultParts {
  readonly tags: readonly string[];
  readonly isWritten: boolean;
  readonly moved: IndexResult['moved'];
  readonly added: readonly Descriptor[];
  readonly removed: readonly Descriptor[];
  readonly copied?: readonly CopiedObject[] | undefined;
  readonly listedBy?: Via | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The result of a verb: an index, and what was done. */
export function indexResult(format: Source['format'], index: Manifest, parts: ResultParts): IndexResult {
  const { mediaType, digest, size } = index.descriptor;
  const { artifactType, annotations, subject } = index.content;
  const entries = index.kind === 'index' ? index.content.manifests : [];
  const { tags, isWritten, added, removed, moved, copied, listedBy } = parts;
  return given({
    reference: format({ digest }),
    mediaType,
    digest,
    size,
    artifactType: artifactType || undefined,
    annotations,
    subject,
    tags,
    result: isWritten ? ('written' as const) : ('exists' as const),
    manifests: entries.map(shownEntry),
    added: added.map(shownEntry),
    removed: removed.map(shownEntry),
    moved,
    copied: copied && volumeOf(copied.filter((object) => object.result !== 'exists')),
    listedBy,
    dryRun: parts.dryRun ? (true as const) : undefined,
  });
}

function volumeOf(objects: readonly CopiedObject[]) {
  return {
    objects: objects.length,
    bytes: objects.reduce((sum, { result, size }) => (result === 'copied' ? sum + size : sum), 0),
  };
}

/** The result of a change of several tags: the index of the first one. */
export function changedResult(
  format: Source['format'],
  changed: readonly IndexAtTag[],
  more: Pick<ResultParts, 'copied' | 'dryRun'> = {},
): IndexResult {
  const [first] = changed;
  if (first === undefined) throw new RemoraError('INVALID_ARGUMENT', 'the index has no tag');
  const written = changed.filter(({ isWritten }) => isWritten);
  return indexResult(format, first.index, {
    ...more,
    tags: changed.map(({ tag }) => tag),
    isWritten: written.length > 0,
    added: distinct(written.flatMap(({ added }) => added)),
    removed: distinct(written.flatMap(({ removed }) => removed)),
    moved: written.map(({ tag, index, before }) =>
      given({ tag, digest: index.descriptor.digest, previous: before?.descriptor.digest }),
    ),
    listedBy: written.find(({ listedBy }) => listedBy !== undefined)?.listedBy,
  });
}

/** Tags that name one index get one change, which the result tells once. */
function distinct(entries: readonly Descriptor[]): readonly Descriptor[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

function shownEntry({ platform, ...entry }: Descriptor): IndexResultEntry {
  return given({ ...entry, platform: platform && (formatPlatform(platform) || undefined) });
}
