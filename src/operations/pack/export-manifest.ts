import { reserveFile } from '../../io/files/output-file.js';
import type { Manifest } from '../../oci/documents/manifest.js';

/** Options for a copy of the manifest in a file. */
export interface ExportOptions {
  /** Write the manifest to this file, too; the path is checked before anything is sent. @default none */
  readonly exportManifest?: string | undefined;
}

/** Writes the manifest of `work` to the file of `exportManifest`, too. */
export async function exportingManifest<T extends { readonly manifest: Manifest }>(
  { exportManifest }: ExportOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (exportManifest === undefined) return work();
  const file = await reserveFile(exportManifest, '--export-manifest');
  try {
    const result = await work();
    await file.write(result.manifest.bytes);
    return result;
  } finally {
    await file.discard();
  }
}
