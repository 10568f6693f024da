import { isRemoraError, RemoraError } from '../../errors.js';
import type { Format } from '../../formats/kinds/kind.js';
import { predicateTypeIn } from '../../formats/recognise/predicate-type-in.js';
import { recognise } from '../../formats/recognise/recognise.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { mapSome } from '../../io/async/run-all.js';
import { layersOf, type Manifest } from '../../oci/documents/manifest.js';
import { SigstoreAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { type Attachment, attachmentOfManifest, withTypes } from './attachment.js';
import { formOf } from './signed-form.js';

/** Options of {@link withPredicateTypes}. */
export interface PredicateTypesOptions extends CallOptions {
  /** Called for each attachment whose manifest is gone. @default `onUnasked` is called */
  readonly onGone?: ((entry: Descriptor) => void) | undefined;
  /** Called for each attachment whose predicate type could not be read. */
  readonly onUnasked: (way: string, error: unknown) => void;
}

/** The largest statement that is read, as of `verify`: SBOMs in envelopes have some megabytes. */
const MAX_STATEMENT = 64 * 1024 * 1024;
/** So many bytes tell whether a document of an open type is a statement. */
const FIRST_BYTES = 1024 * 1024;
/** Statements that are read at a time: each is in memory. */
const CONCURRENCY = 4;

const WRAPPERS: readonly Format[] = ['in-toto', 'dsse', 'sigstore-bundle'];
/** Types of layers that say too little: some tools keep statements under them. */
const OPEN: readonly string[] = ['', MediaType.octetStream, 'application/json', 'text/plain'];

/**
 * Attachments with their predicate types: where no annotation tells it, the statement is read. The type is what the
 * statement says, and no signature is verified.
 */
export async function withPredicateTypes(
  source: Source,
  attachments: readonly Attachment[],
  options: PredicateTypesOptions,
): Promise<readonly Attachment[]> {
  const { signal, onGone, onUnasked } = options;
  const all = await mapSome(attachments, CONCURRENCY, async (attachment) => {
    if (!mayHide(attachment)) return attachment;
    const carrier = attachment.holder ?? attachment.descriptor;
    const reference = source.format({ digest: carrier.digest });
    let manifest: Manifest | undefined;
    try {
      if (attachment.holder === undefined) manifest = await source.manifest({ digest: carrier.digest }, { signal });
      return withTypes(attachment, await predicateTypesOf(source, attachment, manifest, { signal }));
    } catch (error) {
      const isManifest = attachment.holder === undefined && manifest === undefined;
      if (!isManifest || onGone === undefined || !isGone(error)) {
        onUnasked(`${isManifest ? 'manifest' : 'predicate type of'} ${reference}`, error);
        return attachment;
      }
      onGone(carrier);
      return undefined;
    }
  });
  return all.filter((attachment) => attachment !== undefined);
}

/** Whether an attachment may hold a statement, and nothing told its type. */
function mayHide({ predicateType, kind, formats, descriptor, holder }: Attachment): boolean {
  if (predicateType !== undefined) return false;
  const { annotations } = holder ?? descriptor;
  if (annotations?.[SigstoreAnnotation.bundleContent] === 'message-signature') return false;
  return kind === undefined || kind === 'attestation' || formats.some((format) => WRAPPERS.includes(format));
}

async function predicateTypesOf(
  source: Source,
  { descriptor }: Attachment,
  manifest: Manifest | undefined,
  options: CallOptions,
): Promise<readonly string[]> {
  if (manifest === undefined) return typesIn(source, [descriptor], options);
  const { predicateType, morePredicateTypes = [] } = attachmentOfManifest(manifest, []);
  return predicateType === undefined
    ? typesIn(source, layersOf(manifest), options)
    : [predicateType, ...morePredicateTypes];
}

async function typesIn(
  source: Source,
  layers: readonly Descriptor[],
  options: CallOptions,
): Promise<readonly string[]> {
  const types = new Set<string>();
  for (const layer of layers) {
    const type =
      isStatement(layer.mediaType) || OPEN.includes(layer.mediaType) ? await typeIn(source, layer, options) : undefined;
    if (type !== undefined) types.add(type);
  }
  return [...types];
}

function isStatement(mediaType: string): boolean {
  const form = formOf(mediaType);
  return form === 'dsse' || form === 'bundle' || mediaType.startsWith('application/vnd.in-toto');
}

async function typeIn(source: Source, layer: Descriptor, { signal }: CallOptions): Promise<string | undefined> {
  if (isStatement(layer.mediaType)) checkSize(layer);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isKnown = isStatement(layer.mediaType);
  for await (const chunk of await source.openBlob(layer, { signal })) {
    throwIfInterrupted(signal);
    chunks.push(chunk);
    size += chunk.length;
    if (isKnown || size < FIRST_BYTES) continue;
    const format = recognise(Buffer.concat(chunks), { complete: false })?.format;
    // Leaving the loop ends the stream.
    if (format === undefined || !WRAPPERS.includes(format)) return undefined;
    checkSize(layer);
    isKnown = true;
  }
  return predicateTypeIn(Buffer.concat(chunks));
}

function checkSize({ digest, size }: Descriptor): void {
  if (size <= MAX_STATEMENT) return;
  const message = `${digest} has ${size} bytes, and at most ${MAX_STATEMENT} are read for a predicate type`;
  throw new RemoraError('SIZE_MISMATCH', message, { expected: MAX_STATEMENT, found: size });
}

function isGone(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'NOT_FOUND';
}
