import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Platform } from '../../oci/values/platform.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { ManifestSelector, Store } from '../../store/interfaces/store.js';
import { resolvePlatform } from '../attached/platform.js';
import type { FileInput } from './inputs.js';
import { manifestOf, type PackOptions, planPack, readContents } from './plan.js';
import { discardContents, type PushResult, pushResult, writeContents } from './push.js';
import { recogniseInputs } from './recognise.js';

/** Options of {@link attach}. */
export interface AttachOptions extends PackOptions {
  /** What is attached is found by its type. @default what all files are recognised as; there must be such a type */
  readonly artifactType?: string | undefined;
  /** Attach to this child of an index. @default to what the selector names, the index itself for one */
  readonly platform?: Platform | undefined;
  /** List again afterwards: some registries acknowledge and lose the entry all the same. @default false */
  readonly verify?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Delete the lists of referrers that are replaced, where there is no Referrers API. @default false */
  readonly clean?: boolean | undefined;
  /** Whether lists of referrers that regctl or olareg keep in a layout are kept true. @default 'auto' */
  readonly layoutLists?: 'auto' | 'none' | undefined;
  /** Called for a list that could not be deleted; the attachment is done all the same. */
  readonly onUncleaned?: ((list: Digest, error: unknown) => void) | undefined;
}

/** What was attached, and to what. */
export interface AttachResult extends PushResult {
  readonly subject: Descriptor & { readonly reference: string };
}

/**
 * Packs files into an artifact whose `subject` is a manifest of the same store.
 *
 * The subject is resolved while the uploads begin; no byte is sent before it is known to exist. Attaching the same
 * again gives the same digest.
 *
 * @throws RemoraError `NOT_FOUND` (subject or file), `NO_MATCH` (platform), `INVALID_ARGUMENT` (no type is given or recognised), `CHANGED` (verify: it is not listed), and as {@link push}
 */
export async function attach(
  store: Store,
  selector: ManifestSelector,
  files: readonly FileInput[],
  options: AttachOptions = {},
): Promise<AttachResult> {
  const checked = await planPack(files, options);
  const resolved = resolvePlatform(store, selector, options.platform, options);
  // It is awaited below; until then a failure must not count as unhandled.
  resolved.catch(() => {});
  if (isIngester(store)) await resolved;
  const plan = await recogniseInputs(checked, options, { required: true });
  const contents = await readContents(plan, options, { into: isIngester(store) ? store : undefined });
  try {
    const written = writeContents(store, contents, options, resolved);
    written.catch(() => {});
    // The uploads can fail first, while the subject is still asked for again.
    written.catch(() => {});
    // The subject's error comes first: an upload that waits for it fails too.
    const subject = await resolved.catch(async (error: unknown) => {
      await written.catch(() => {});
      throw error;
    });
    const manifest = manifestOf(plan, contents, subject);
    const [results] = await Promise.all([written, store.prepareManifest(manifest, options)]);
    const { result, listedBy } = await store.putManifest(manifest, {
      signal: options.signal,
      settle: options.settle,
      clean: options.clean,
      layoutLists: options.layoutLists,
      onUncleaned: options.onUncleaned,
    });
    if (options.verify) await requireListed(store, subject, manifest.descriptor, options);
    const { mediaType, digest, size } = subject;
    return {
      ...pushResult(store, manifest, contents, results, { result, listedBy, tags: [] }),
      subject: { reference: store.format({ digest }), mediaType, digest, size },
    };
  } finally {
    await discardContents(contents);
  }
}

async function requireListed(
  store: Store,
  subject: Descriptor,
  wanted: Descriptor,
  options: AttachOptions,
): Promise<void> {
  for await (const { descriptor } of store.referrers(subject, { signal: options.signal })) {
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
