import type { Readable } from 'node:stream';
import { describeStream, spoolContent } from '../../io/files/describe-content.js';
import { Annotation, type Annotations, OrasAnnotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Ingester } from '../../store/interfaces/abilities.js';
import type { TransferOptions, WriteResult } from '../../store/interfaces/store.js';
import type { CheckedInput } from './inputs.js';

/** A layer whose digest is known. */
export interface LayerContent {
  readonly descriptor: Descriptor;
  /** Set when the content was written to the store while it was read. */
  readonly stored?: WriteResult;
  open(): Promise<Readable>;
  /** Removes temporary files. */
  discard(): Promise<void>;
}

/** Options of {@link readLayer}. */
export interface ReadLayerOptions extends TransferOptions {
  /** A store that takes the content while it is read, so that it is read once. */
  readonly into?: Ingester | undefined;
  /** Compute the descriptor, and keep no content. @default false */
  readonly describeOnly?: boolean | undefined;
}

/** Reads an input to its end and describes it as a layer. */
export async function readLayer(input: CheckedInput, options: ReadLayerOptions = {}): Promise<LayerContent> {
  if (options.into !== undefined) return ingest(input, options.into, options);
  if (input.source.kind === 'file') return hashFile(input, input.source, options);
  return options.describeOnly ? describe(input, options) : spool(input, options);
}

async function ingest(input: CheckedInput, store: Ingester, options: TransferOptions): Promise<LayerContent> {
  const opened = opener(input, options);
  const { descriptor, result } = await store.ingestBlob(input.mediaType, opened.open, options);
  return {
    descriptor: withTitle(input, descriptor, await opened.annotations()),
    stored: result,
    open: opened.open,
    discard: async () => {},
  };
}

async function hashFile(
  input: CheckedInput,
  file: { open(): Promise<Readable> },
  options: TransferOptions,
): Promise<LayerContent> {
  const descriptor = await describeStream(await file.open(), input.mediaType, options);
  return { descriptor: withTitle(input, descriptor), open: () => file.open(), discard: async () => {} };
}

async function describe(input: CheckedInput, options: TransferOptions): Promise<LayerContent> {
  const opened = opener(input, options);
  const descriptor = await describeStream(await opened.open(), input.mediaType, options);
  return {
    descriptor: withTitle(input, descriptor, await opened.annotations()),
    open: opened.open,
    discard: async () => {},
  };
}

/** A stream or packed directory is read once, into a temporary file, until the digest is known. */
async function spool(input: CheckedInput, options: TransferOptions): Promise<LayerContent> {
  const opened = opener(input, options);
  const spooled = await spoolContent(() => opened.open(), input.mediaType, options);
  return { ...spooled, descriptor: withTitle(input, spooled.descriptor, await opened.annotations()) };
}

/** Opens an input; some annotations are known only after it was read. */
function opener(
  { source, title }: CheckedInput,
  { signal }: TransferOptions,
): { open(): Promise<Readable>; annotations(): Promise<Annotations> } {
  if (source.kind !== 'directory') return { open: () => source.open(), annotations: async () => ({}) };
  let tarDigest: Promise<string> | undefined;
  return {
    async open() {
      const { packDirectory } = await import('../../io/tar/pack.js');
      const packed = packDirectory(source.path, { prefix: title, signal });
      tarDigest = packed.uncompressedDigest;
      return packed.stream;
    },
    async annotations() {
      return { [OrasAnnotation.contentDigest]: (await tarDigest) ?? '', [OrasAnnotation.unpack]: 'true' };
    },
  };
}

function withTitle(input: CheckedInput, descriptor: Descriptor, more: Annotations = {}): Descriptor {
  return { ...descriptor, annotations: { ...more, [Annotation.title]: input.title, ...input.annotations } };
}
