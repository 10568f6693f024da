import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { withHidden } from '../results/hidden.js';
import { type ExportOptions, exportingManifest } from './export-manifest.js';
import type { PackResult } from './pack.js';

/** The outcome of a dry run of push or attach: the descriptor of the manifest, and its document. */
export interface DryRunResult extends Descriptor {
  readonly dryRun: true;
  readonly manifest: Manifest['content'];
  readonly layers: readonly Descriptor[];
  /** The exact bytes of the manifest; not enumerable. */
  readonly bytes: Uint8Array;
}

/** Shows what was packed, and writes nothing but the manifest to a file, if one is wanted. */
export async function dryRunResult(packed: PackResult, options: ExportOptions): Promise<DryRunResult> {
  const { manifest, layers } = await exportingManifest(options, async () => packed);
  const { descriptor, content, bytes } = manifest;
  return withHidden({ dryRun: true as const, ...descriptor, manifest: content, layers }, { bytes });
}
