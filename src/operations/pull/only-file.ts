import { RemoraError } from '../../errors.js';
import { fileKey } from './files-of.js';
import type { WantedFile } from './index-files.js';
import { CONFIG_NAME, givenName } from './own-name.js';
import type { Wanted } from './wanted-manifests.js';

/**
 * The only file; several attachments may have the same one.
 *
 * @throws RemoraError `NO_MATCH` for none, `AMBIGUOUS` for several
 */
export function onlyFile(
  { reference, manifests }: Wanted,
  several: { readonly where: string; readonly hint: string },
): WantedFile {
  const all = manifests.flatMap((manifest) => manifest.files);
  const files = [...new Map(all.toReversed().map((file) => [fileKey(file.layer), file])).values()].reverse();
  const [only] = files;
  if (only === undefined) {
    throw new RemoraError('NO_MATCH', `${reference} has no files, wanted one`, {
      hint: 'See its layers with inspect',
    });
  }
  if (files.length === 1) return only;
  throw new RemoraError('AMBIGUOUS', `${files.length} files ${several.where}, wanted one`, {
    candidates: files.map((file) => givenName(file) ?? (file.isConfig ? CONFIG_NAME : file.layer.digest)),
    hint: several.hint,
  });
}
