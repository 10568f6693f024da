import { handled } from '../../io/async/handled.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Platform } from '../../oci/values/platform.js';
import { isIngester, isLister } from '../../store/interfaces/abilities.js';
import type { ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolvePlatform } from '../attached/platform.js';
import { dryRunResult } from '../pack/dry-run.js';
import { exportingManifest } from '../pack/export-manifest.js';
import type { FileInput } from '../pack/inputs.js';
import { discardContents, pack, writeContents } from '../pack/pack.js';
import { planPack, readContents } from '../pack/plan.js';
import { recogniseInputs } from '../pack/recognise.js';
import type { DryRunResult } from '../pack/schema.js';
import { withPlannedTarget, withTarget } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import type { ManifestSigner } from '../sign/manifest-signer.js';
import type { SigningOptions } from '../sign/signing-with.js';
import { checkEach } from './check-each.js';
import type { AttachEachOptions, AttachOptions, EachOptions, MaybeAttachOptions } from './options.js';
import { putAttachment } from './put-attachment.js';
import type { AttachEachDryRunResult, AttachEachResult, AttachResult } from './schema.js';

export type { AttachEachOptions, AttachOptions, AttachTo } from './options.js';

/**
 * Packs files into an artifact whose `subject` is a manifest of the same place, or of another one with `referrersIn`
 * (image-spec manifest.md, "subject").
 *
 * Registries without the Referrers API get an updated list (distribution-spec, "Referrers Tag Schema"). No byte is sent
 * before the subject is known to exist. Equal input gives an equal digest.
 *
 * @param location the subject: `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store
 * @param files paths, or files with types and annotations
 * @returns the descriptor of the attachment, its layers and its subject; sizes are in bytes. With `eachPlatform`, or a
 *   `to` other than `index`: one for each subject
 * @throws RemoraError `NOT_FOUND` (subject or file), `NO_MATCH` (platform), `INVALID_ARGUMENT` (no type is given or
 *   recognised; a template that cannot be used), `CHANGED` (a file was written to meanwhile; `confirm`: it is not
 *   listed), `IO`, and as the store
 */
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: EachOptions & { readonly dryRun: true },
): Promise<AttachEachDryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: AttachEachOptions,
): Promise<AttachEachResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: Omit<AttachOptions, 'dryRun'> & { readonly dryRun: true },
): Promise<DryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options?: AttachOptions,
): Promise<AttachResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: Omit<MaybeAttachOptions, 'eachPlatform' | 'to'>,
): Promise<AttachResult | DryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions,
): Promise<AttachResult | DryRunResult | AttachEachResult | AttachEachDryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions = {},
): Promise<AttachResult | DryRunResult | AttachEachResult | AttachEachDryRunResult> {
  const at = resolveLocation(location);
  const platform = platformOf(options.platform);
  const isEach = checkEach(options);
  const signer = options.sign === undefined ? undefined : await signerFor(options.sign, options.created);
  const access = options.clean ? 'delete' : 'write';
  if (isEach) {
    const { attachEach, planAttachEach } = await import('./each.js');
    return options.dryRun
      ? withPlannedTarget(at, options, (source, selector) => planAttachEach(source, selector, files, options))
      : withTarget(at, { ...options, access }, (source, selector, into) =>
          attachEach(source, selector, into, files, { ...options, signer }),
        );
  }
  if (options.dryRun) {
    const packed = await withPlannedTarget(at, options, async (source, selector) => {
      const subject = await resolveSubject(source, selector, { ...options, platform });
      return pack(files, { ...options, subject });
    });
    return dryRunResult(packed, options);
  }
  return exportingManifest(options, () =>
    withTarget(at, { ...options, access }, (source, selector, into) =>
      attachIn(source, selector, into, files, { ...options, platform, signer }),
    ),
  );
}

async function attachIn(
  source: Source,
  selector: ManifestSelector,
  store: Store,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions & {
    readonly platform: Platform | undefined;
    readonly signer: ManifestSigner | undefined;
  },
): Promise<AttachResult> {
  const checked = await planPack(files, options);
  const resolved = handled(resolveSubject(source, selector, options));
  if (isLister(store)) store.expectListing(options);
  if (isIngester(store)) await resolved;
  const plan = await recogniseInputs(checked, options, { required: true });
  const contents = await readContents(plan, options, { into: isIngester(store) ? store : undefined });
  try {
    const written = handled(writeContents(store, contents, options, resolved));
    // The subject's error is thrown; the uploads that wait for it fail, too, and are awaited first.
    const subject = await resolved.catch(async (error: unknown) => {
      await Promise.allSettled([written]);
      throw error;
    });
    return await putAttachment(source, store, subject, { plan, contents, written }, options);
  } finally {
    await discardContents(contents);
  }
}

/** The subject as the place itself describes it: an index may name a manifest that was not copied along, and tell another size. */
async function resolveSubject(
  source: Source,
  selector: ManifestSelector,
  { platform, signal, maxItems }: AccessOptions & { readonly platform: Platform | undefined },
): Promise<Descriptor> {
  const subject = await resolvePlatform(source, selector, platform, { signal, limit: new ItemLimit(maxItems) });
  return platform === undefined ? subject : source.resolve({ digest: subject.digest }, { signal });
}

/** The code that signs is loaded where something is signed. */
async function signerFor(options: SigningOptions, created: string | undefined): Promise<ManifestSigner> {
  const { manifestSigner } = await import('../sign/manifest-signer.js');
  return manifestSigner(options, created);
}
