import { isRemoraError } from '../../errors.js';
import type { Format } from '../../formats/kinds/kind.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { mapSome } from '../../io/async/run-all.js';
import { layersOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { Claimed } from '../../trust/values/claimed.js';
import type { SignedForm } from '../../trust/values/signed.js';
import type { Attachment } from './attachment.js';
import { formOf } from './signed-form.js';

/** The most bytes of a signature that are read for its claims: an envelope with an SBOM has some megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The most signatures of one result that are read. */
const MAX_SIGNATURES = 1000;
/** Signatures that are read at a time: each is in memory. */
const CONCURRENCY = 8;

/** The formats of attachments that are signatures, or hold one. */
const SIGNED: readonly Format[] = ['cosign', 'notation', 'sigstore-bundle', 'dsse'];

/** Layers or attachments, and what each of them claims. */
export type ClaimsOf<T> = ReadonlyMap<T, Claimed>;

/**
 * Reads the maker and times that each signature among attachments claims to have. A claim is not verified. A signature that
 * cannot be read, is too large or names no maker has no entry.
 *
 * @throws RemoraError `INTERRUPTED`
 */
export async function claimsOfAttached(
  source: Source,
  attachments: readonly Attachment[],
  options: CallOptions,
): Promise<ClaimsOf<Attachment>> {
  const signed = attachments.filter(({ formats, kind }) => kind === 'signature' || formats.some(isSigned));
  return claimsOfAll(signed, async (attachment) => {
    const layers = await layersIn(source, attachment, options);
    const layer = layers.find(({ mediaType }) => signedForm(mediaType) !== undefined);
    return layer && claimsOfLayer(source, layer, options);
  });
}

/** The same for the layers of a manifest; those that are not signatures have no entry. */
export async function claimsOfLayers(
  source: Source,
  layers: readonly Descriptor[],
  options: CallOptions,
): Promise<ClaimsOf<Descriptor>> {
  const signed = layers.filter(({ mediaType }) => signedForm(mediaType) !== undefined);
  return claimsOfAll(signed, (layer) => claimsOfLayer(source, layer, options));
}

async function claimsOfAll<T>(all: readonly T[], read: (one: T) => Promise<Claimed | undefined>): Promise<ClaimsOf<T>> {
  const found = new Map<T, Claimed>();
  await mapSome(all.slice(0, MAX_SIGNATURES), CONCURRENCY, async (one) => {
    const claimed = await readable(() => read(one));
    if (claimed !== undefined) found.set(one, claimed);
  });
  return found;
}

async function claimsOfLayer(source: Source, layer: Descriptor, options: CallOptions): Promise<Claimed | undefined> {
  const form = signedForm(layer.mediaType);
  if (form === undefined || layer.size > MAX_BYTES) return undefined;
  const { claimsOf } = await import('../../trust/claims/claims.js');
  // The annotations of cosign's own form say all of it.
  const content = form === 'cosign' ? new Uint8Array() : await contentOf(source, layer, options);
  return claimsOf({ form, mediaType: layer.mediaType, content, annotations: layer.annotations ?? {} });
}

/** JWS and COSE are taken for notation's: others give no claim. */
function signedForm(mediaType: string): SignedForm | undefined {
  return formOf(mediaType) ?? (/^application\/(?:jose\+json|cose)$/.test(mediaType) ? 'notation' : undefined);
}

function isSigned(format: Format): boolean {
  return SIGNED.includes(format);
}

async function layersIn(source: Source, { descriptor, holder }: Attachment, options: CallOptions) {
  if (holder !== undefined) return [descriptor];
  return layersOf(await source.manifest({ digest: descriptor.digest }, options));
}

async function contentOf(source: Source, layer: Descriptor, options: CallOptions): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of await source.openBlob(layer, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A claim is a remark: where the place does not give it, the result is complete without it. */
async function readable<T>(reading: () => Promise<T>): Promise<T | undefined> {
  try {
    return await reading();
  } catch (error) {
    if (!isRemoraError(error) || isInterruption(error)) throw error;
    return undefined;
  }
}
