import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import { isIngester, isLister } from '../../store/interfaces/abilities.js';
import type { CallOptions, ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolvePlatform } from '../attached/platform.js';
import { dryRunResult } from '../pack/dry-run.js';
import { type ExportOptions, exportingManifest } from '../pack/export-manifest.js';
import type { FileInput } from '../pack/inputs.js';
import { discardContents, pack, packedResult, writeContents } from '../pack/pack.js';
import { manifestOf, type PackOptions, planPack, readContents } from '../pack/plan.js';
import { recogniseInputs } from '../pack/recognise.js';
import type { DryRunResult } from '../pack/schema.js';
import { type ElsewhereOptions, withPlannedTarget, withTarget } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { withHidden } from '../results/hidden.js';
import type { ManifestSigner } from '../sign/manifest-signer.js';
import type { SigningOptions } from '../sign/signing-with.js';
import type { AttachResult } from './schema.js';

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
  /** `true` packs without writing, and returns a {@link DryRunResult}. @default false */
  readonly dryRun?: false | undefined;
}

type MaybeAttachOptions = Omit<AttachOptions, 'dryRun'> & { readonly dryRun?: boolean | undefined };

/**
 * Packs files into an artifact whose `subject` is a manifest of the same place, or of another one with `referrersIn`
 * (image-spec manifest.md, "subject").
 *
 * Registries without the Referrers API get an updated list (distribution-spec, "Referrers Tag Schema"). No byte is sent
 * before the subject is known to exist. Equal input gives an equal digest.
 *
 * @param location the subject: `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store
 * @param files paths, or files with types and annotations
 * @returns the descriptor of the attachment, its layers and its subject; sizes are in bytes
 * @throws RemoraError `NOT_FOUND` (subject or file), `NO_MATCH` (platform), `INVALID_ARGUMENT` (no type is given or
 *   recognised), `CHANGED` (a file was written to meanwhile; `confirm`: it is not listed), `IO`, and as the store
 */
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions & { readonly dryRun: true },
): Promise<DryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options?: AttachOptions,
): Promise<AttachResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions,
): Promise<AttachResult | DryRunResult>;
export async function attach(
  location: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions = {},
): Promise<AttachResult | DryRunResult> {
  const at = resolveLocation(location);
  const platform = platformOf(options.platform);
  const signer = options.sign === undefined ? undefined : await signerFor(options.sign, options.created);
  if (options.dryRun) {
    const packed = await withPlannedTarget(at, options, async (source, selector) => {
      const subject = await resolvePlatform(source, selector, platform, {
        signal: options.signal,
        limit: new ItemLimit(options.maxItems),
      });
      return pack(files, { ...options, subject });
    });
    return dryRunResult(packed, options);
  }
  return exportingManifest(options, () =>
    withTarget(at, { ...options, access: options.clean ? 'delete' : 'write' }, (source, selector, into) =>
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
  const resolved = handled(
    resolvePlatform(source, selector, options.platform, {
      signal: options.signal,
      limit: new ItemLimit(options.maxItems),
    }),
  );
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
    const manifest = manifestOf(plan, contents, subject);
    const [results] = await Promise.all([written, store.prepareManifest(manifest, options)]);
    const { signal, settle, clean, layoutLists, onUncleaned } = options;
    const how = { signal, settle, clean, layoutLists, onUncleaned };
    const { result, listedBy } = await store.putManifest(manifest, how);
    if (options.confirm) await confirmListed(store, subject, manifest.descriptor, options);
    const signature = await options.signer?.(store, manifest.descriptor, how);
    const { mediaType, digest, size } = subject;
    const shown = {
      ...packedResult(store, manifest, contents, results, { result, listedBy, tags: [] }),
      subject: { reference: source.format({ digest }), mediaType, digest, size },
      ...given({ signature }),
    };
    return withHidden(shown, { manifest });
  } finally {
    await discardContents(contents);
  }
}

/** The code that signs is loaded where something is signed. */
async function signerFor(options: SigningOptions, created: string | undefined): Promise<ManifestSigner> {
  const { manifestSigner } = await import('../sign/manifest-signer.js');
  return manifestSigner(options, created);
}

async function confirmListed(
  store: Store,
  subject: Descriptor,
  wanted: Descriptor,
  { signal }: CallOptions,
): Promise<void> {
  for await (const { descriptor } of store.referrers(subject, { signal })) {
    if (descriptor.digest === wanted.digest) return;
  }
  throw new RemoraError(
    'CHANGED',
    `${store.format({ digest: wanted.digest })} was accepted, but is not listed with ${subject.digest}`,
    {
      expected: wanted.digest,
      hint: 'Attach it again; if that does not help, the registry loses entries',
    },
  );
}
