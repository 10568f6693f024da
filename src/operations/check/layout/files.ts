import { orUndefined } from '../../../io/async/or-undefined.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { Inventory, LayoutItem } from '../../../store/interfaces/inventory.js';
import type { Source } from '../../../store/interfaces/store.js';
import type { CheckReport } from '../report/report.js';

/** The files of a layout, those that `docker save` adds, and the folder in which oras writes. */
const KNOWN: readonly string[] = ['oci-layout', 'index.json', 'blobs', 'manifest.json', 'repositories', 'ingest'];

/** Checks files of a layout that are not blobs under their own names (image-spec image-layout.md, "Content"). */
export async function checkItems(source: Source & Inventory, report: CheckReport): Promise<void> {
  let items: readonly LayoutItem[];
  try {
    items = await source.items();
  } catch (error) {
    return report.unread(`files of ${source.format({})}`, error);
  }
  if (source.kind === 'layout' && !items.some(({ name }) => name === 'blobs'))
    report.add('blobs-folder-missing', 'blobs/ does not exist', { what: 'blobs' });
  for (const { name, type, leftOver } of items) {
    const about = { what: name };
    if (leftOver === 'abandoned') report.add('left-over', `${name} was left by a writer that is gone`, about);
    else if (leftOver === 'in-use') report.add('in-use', `${name} is a writer's temporary file`, about);
    else if (!name.startsWith('blobs/')) {
      if (!KNOWN.includes(name)) report.add('file-foreign', `${name} is not part of the layout`, about);
    } else if (type === 'link') report.add('blob-link', `${name} is a symbolic link`, about);
    else report.add('blob-name', `${name} is not called by a digest of its algorithm`, about);
  }
}

/** Reports unreachable blobs, which are allowed (image-spec image-layout.md, "Blobs"). */
export async function checkUnreachable(source: Source, digests: readonly Digest[], report: CheckReport): Promise<void> {
  if (digests.length === 0) return;
  const sizes = await Promise.all(digests.map((digest) => orUndefined(source.blobSize(digest), 'IO')));
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const count = digests.length === 1 ? '1 blob' : `${digests.length} blobs`;
  report.add('blobs-unreachable', `${count} of ${bytes} bytes in all cannot be reached from index.json`, {
    what: 'blobs',
  });
}
