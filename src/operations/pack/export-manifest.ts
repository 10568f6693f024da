import { reserveFile } from '../../io/files/reserve-file.js';
import type { Manifest } from '../../oci/documents/manifest.js';

/** Where else a manifest goes. */
export interface ExportOptions {
  /** Write the manifest to this file, too; the path is looked at before anything is sent. @default none */
  readonly exportManifest?: string | undefined;
}

/** Writes the manifest of what `work` gives to a file, too, if one is wanted. */
export async function exportingManifest<T extends { readonly manifest: Manifest }>(
  { exportManifest }: ExportOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (exportManifest === undefined) return work();
  const file = await reserveFile(exportManifest);
  try {
    const result = await work();
    await file.write(result.manifest.bytes);
    return result;
  } finally {
    await file.discard();
  }
}
