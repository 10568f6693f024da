import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import type { Statement } from '../../trust/sign/statement.js';
import { indexLevels } from '../attached/index-levels.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolvePlatform } from '../attached/platform.js';
import { type ElsewhereOptions, withPlannedTarget, withTarget } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import type { SignDryRunResult, SignResult } from './schema.js';
import { type SigningOptions, signingWith } from './signing-with.js';
import { planSignature, type SignedSubject, type WriteSignatureOptions, writeSignature } from './write-signature.js';

/** Options of {@link sign}. */
export interface SignOptions extends SigningOptions, AccessOptions, ElsewhereOptions {
  /** Sign this child of an index, like `linux/arm64`. @default the manifest that the location names */
  readonly platform?: string | Platform | undefined;
  /** Of an index: sign it, and all manifests below it, too. @default false */
  readonly recursive?: boolean | undefined;
  /** RFC 3339: when the signature says that it was made. @default the clock's time */
  readonly created?: string | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** `auto` updates the lists of referrers that regctl or olareg keep in a layout. @default 'auto' */
  readonly layoutLists?: 'auto' | 'none' | undefined;
  /** `true` signs and writes nothing, and returns the statement. @default false */
  readonly dryRun?: false | undefined;
}

/** Options of a caller who does not know yet whether it is a dry run. */
export type MaybeSignOptions = Omit<SignOptions, 'dryRun'> & { readonly dryRun?: boolean | undefined };

const CONCURRENCY = 4;

/** Signs a statement about a subject, and with `recursive` one about each manifest below it. */
export async function signSubjects(
  location: Location<Store>,
  stated: (subject: Digest) => Statement,
  options: MaybeSignOptions,
): Promise<SignResult | SignDryRunResult> {
  const at = resolveLocation(location);
  const platform = platformOf(options.platform);
  const { settle, layoutLists, signal, dryRun } = options;
  const how = { ...(await signingWith(options, options.created)), settle, layoutLists, signal };
  const subjectsIn = (source: Source, selector: ManifestSelector) => subjectsOf(source, selector, platform, options);
  if (dryRun)
    return withPlannedTarget(at, options, async (source, selector, into) =>
      planAll(into, await subjectsIn(source, selector), stated, how),
    );
  return withTarget(at, options, async (source, selector, into) =>
    writeAll(into, await subjectsIn(source, selector), stated, how),
  );
}

type Subjects = readonly [SignedSubject, ...SignedSubject[]];

async function subjectsOf(
  source: Source,
  selector: ManifestSelector,
  platform: Platform | undefined,
  { signal, maxItems, recursive }: MaybeSignOptions,
): Promise<Subjects> {
  const limit = new ItemLimit(maxItems);
  const root = await resolvePlatform(source, selector, platform, { signal, limit });
  const subject = (descriptor: Descriptor, platform: Platform | undefined): SignedSubject => {
    const reference = source.format({ digest: descriptor.digest });
    return { reference, descriptor, platform: platform && formatPlatform(platform) };
  };
  const first = subject(root, root.platform);
  if (!recursive || !isIndexType(root.mediaType)) return [first];
  const below = new Map<Digest, SignedSubject>();
  const index = await source.manifest({ digest: root.digest }, { signal });
  for await (const level of indexLevels(source, index, { signal, limit })) {
    for (const { descriptor, platform: own, isPlatform } of level.flatMap(({ entries }) => entries)) {
      if (isPlatform) below.set(descriptor.digest, subject(descriptor, own));
    }
  }
  return [first, ...below.values()];
}

async function writeAll(
  store: Store,
  [first, ...below]: Subjects,
  stated: (subject: Digest) => Statement,
  how: WriteSignatureOptions,
): Promise<SignResult> {
  const write = (subject: SignedSubject) => writeSignature(store, subject, stated(subject.descriptor.digest), how);
  // The platforms first: who finds the index signed finds all of it signed.
  const platforms = await mapSome(below, CONCURRENCY, write);
  return { ...(await write(first)), ...given({ platforms: below.length === 0 ? undefined : platforms }) };
}

async function planAll(
  store: Source | undefined,
  [first, ...below]: Subjects,
  stated: (subject: Digest) => Statement,
  how: WriteSignatureOptions,
): Promise<SignDryRunResult> {
  const plan = (subject: SignedSubject) => planSignature(store, subject, stated(subject.descriptor.digest), how);
  const platforms = await mapSome(below, CONCURRENCY, plan);
  return { dryRun: true, ...(await plan(first)), ...given({ platforms: below.length === 0 ? undefined : platforms }) };
}
