import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source, Store, WriteResult } from '../../store/interfaces/store.js';
import { packedResult } from '../pack/pack.js';
import { type Contents, manifestOf, type PackPlan } from '../pack/plan.js';
import { withHidden } from '../results/hidden.js';
import type { ManifestSigner } from '../sign/manifest-signer.js';
import type { MaybeAttachOptions } from './options.js';
import { sameContent } from './same-content.js';
import type { AttachResult } from './schema.js';

/** Content that is being written. */
export interface WritingContents {
  readonly plan: PackPlan;
  readonly contents: Contents;
  /** The blobs' results, when all are written. */
  readonly written: Promise<ReadonlyMap<string, WriteResult>>;
}

/** Writes the manifest of content that is attached to `subject` of the source into the store, as soon as its blobs are there, and signs it. */
export async function putAttachment(
  source: Source,
  store: Store,
  subject: Descriptor,
  { plan, contents, written }: WritingContents,
  options: MaybeAttachOptions & { readonly signer: ManifestSigner | undefined },
): Promise<AttachResult> {
  const manifest = manifestOf(plan, contents, subject);
  const [results, isThere] = await Promise.all([written, store.prepareManifest(manifest, options)]);
  const { signal, settle, clean, layoutLists, onUncleaned } = options;
  const how = { signal, settle, clean, layoutLists, onUncleaned };
  const others = isThere ? [] : handled(sameContent(store, subject, manifest, results, { signal }));
  const { result, listedBy } = await store.putManifest(manifest, how);
  if (options.confirm) await confirmListed(store, subject, manifest.descriptor, options);
  const signature = await options.signer?.(store, manifest.descriptor, how);
  const { mediaType, digest, size } = subject;
  const shown = {
    ...packedResult(store, manifest, contents, results, { result, listedBy, tags: [] }),
    subject: { reference: source.format({ digest }), mediaType, digest, size },
    ...given({ signature, sameContent: (await others).length === 0 ? undefined : await others }),
  };
  return withHidden(shown, { manifest });
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
