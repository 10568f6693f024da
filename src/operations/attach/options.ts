import type { Digest } from '../../oci/values/digest.js';
import type { Platform } from '../../oci/values/platform.js';
import type { ExportOptions } from '../pack/export-manifest.js';
import type { PackOptions } from '../pack/plan.js';
import type { ElsewhereOptions } from '../places/elsewhere.js';
import type { AccessOptions } from '../places/location.js';
import type { SigningOptions } from '../sign/signing-with.js';

/** The manifests of an index that `attach` attaches to. */
export const ATTACH_TO = ['index', 'platforms', 'both'] as const;
export type AttachTo = (typeof ATTACH_TO)[number];

/** Options of {@link attach}. */
export interface AttachOptions extends PackOptions, AccessOptions, ElsewhereOptions, ExportOptions {
  /** The type by which readers find the attachment. @default the type that all files are recognised as, else an error */
  readonly artifactType?: string | undefined;
  /** Attach to this child of an index, like `linux/arm64`. @default the manifest that the location names */
  readonly platform?: string | Platform | undefined;
  /** List the referrers afterwards: some registries accept an entry and lose it. @default false */
  readonly confirm?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Delete replaced lists of referrers in a registry without the Referrers API. @default false */
  readonly clean?: boolean | undefined;
  /** `auto` updates the lists of referrers that regctl or olareg keep in a layout. @default 'auto' */
  readonly layoutLists?: 'auto' | 'none' | undefined;
  /** Sign the attached artifact, as `sign` does, unless this key has signed it already. @default unsigned */
  readonly sign?: SigningOptions | undefined;
  /** Called for a list that could not be deleted; the attachment succeeds nevertheless. */
  readonly onUncleaned?: ((list: Digest, error: unknown) => void) | undefined;
  /**
   * The paths of the files are templates, like `sbom-{os}-{arch}{variant}.spdx.json`: each platform of an index gets files
   * of its own. @default false
   */
  readonly eachPlatform?: false | undefined;
  /** Of an index: attach to it, to each of its platforms, or to both. Of an image all mean the image. @default 'index' */
  readonly to?: 'index' | undefined;
  /** `true` packs without writing, and returns a {@link DryRunResult}. @default false */
  readonly dryRun?: false | undefined;
}

/** Options of `attach` for several subjects at once, before it is known whether it is a dry run. */
export type EachOptions = Omit<AttachOptions, 'dryRun' | 'eachPlatform' | 'to' | 'platform' | 'exportManifest'> &
  (
    | { readonly eachPlatform: true; readonly to?: undefined }
    | { readonly to: 'platforms' | 'both'; readonly eachPlatform?: false | undefined }
  );

/** Options of `attach` for several subjects at once; `platform` and `exportManifest` are for one. */
export type AttachEachOptions = EachOptions & { readonly dryRun?: false | undefined };

/** Options of a caller who does not know yet which of them are given. */
export type MaybeAttachOptions = Omit<AttachOptions, 'dryRun' | 'eachPlatform' | 'to'> & {
  readonly dryRun?: boolean | undefined;
  readonly eachPlatform?: boolean | undefined;
  readonly to?: AttachTo | undefined;
};
