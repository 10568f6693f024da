import { withHidden } from '../results/hidden.js';
import { type ExportOptions, exportingManifest } from './export-manifest.js';
import type { PackResult } from './pack.js';
import type { DryRunResult } from './schema.js';

/** The outcome of a dry run, which writes at most the file of `exportManifest`. */
export async function dryRunResult(packed: PackResult, options: ExportOptions): Promise<DryRunResult> {
  const { manifest, layers } = await exportingManifest(options, async () => packed);
  const { descriptor, content, bytes } = manifest;
  return withHidden({ dryRun: true as const, ...descriptor, manifest: content, layers }, { bytes });
}
