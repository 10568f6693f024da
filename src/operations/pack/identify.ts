import { kindRow } from '../../formats/kinds/kind-of.js';
import { isAmbiguousName, typeBySuffix } from '../../formats/kinds/suffixes.js';
import { firstLook } from '../../formats/recognise/first-look.js';
import { type Recognised, recognise } from '../../formats/recognise/recognise.js';
import { type FirstBytes, readFirstBytes } from './first-bytes.js';
import type { CheckedInput } from './inputs.js';

/** The finding about one input. */
export interface Look {
  /** The input for packing: its stream gives the first bytes again. */
  readonly input: CheckedInput;
  /** The type that the content tells. */
  readonly content: Recognised | undefined;
  /** The types that decide the type of the artifact, if any. */
  readonly told: Told | undefined;
  /** A description for messages, like "it looks like text". */
  readonly seen: string;
}

/** The types that an input gives. */
export interface Told {
  readonly artifactType: string;
  readonly mediaType: string;
  /** A description for messages. */
  readonly what: string;
  /** True where the content tells the type. */
  readonly byContent: boolean;
}

/**
 * Identifies an input by its given media type, else by its first bytes, else by its name. A type without a kind, such as
 * `application/json`, does not identify it.
 */
export async function lookAtInput(checked: CheckedInput, signal: AbortSignal | undefined): Promise<Look> {
  const first = await readFirstBytes(checked, signal);
  const input = first?.input ?? checked;
  const content = first && recognise(first.bytes, { name: checked.title, complete: first.complete });
  const told = byGivenType(input, content) ?? byContent(input, content) ?? (await byName(input, first));
  const seen = first === undefined ? 'it is a directory' : firstLook(first.bytes, first.complete);
  return { input, content, told, seen: told === undefined ? seen : told.what };
}

function byGivenType({ typed, mediaType }: CheckedInput, content: Recognised | undefined): Told | undefined {
  // Where both agree the content knows more: the type of a chart's layer is not that of the chart.
  if (!typed || content?.mediaType === mediaType) return undefined;
  return fromType(mediaType);
}

function byContent({ typed, mediaType }: CheckedInput, content: Recognised | undefined): Told | undefined {
  if (content === undefined) return undefined;
  const { artifactType, what } = content;
  return { artifactType, mediaType: typed ? mediaType : content.mediaType, what, byContent: true };
}

async function byName({ typed, title }: CheckedInput, first: FirstBytes | undefined): Promise<Told | undefined> {
  if (typed || first === undefined || isAmbiguousName(title)) return undefined;
  const { default: mime } = await import('mime-types');
  const found = fromType(typeBySuffix(title) ?? (mime.lookup(title) || ''));
  return found !== undefined && isPlausible(found.mediaType, first.bytes) ? found : undefined;
}

function fromType(type: string): Told | undefined {
  const row = kindRow('type', type);
  if (row === undefined || row.kind === 'image') return undefined;
  return { artifactType: type, mediaType: type, what: type, byContent: false };
}

/** The content outweighs the name: an empty file or an error page is not a report. */
function isPlausible(type: string, bytes: Uint8Array): boolean {
  const [first] = Buffer.from(bytes.subarray(0, 4096)).toString().trimStart();
  if (type.endsWith('+json')) return first === '{' || first === '[';
  return type.endsWith('+xml') ? first === '<' : first !== undefined;
}
