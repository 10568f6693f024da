import { kindRow } from '../../formats/kinds/kind-of.js';
import { isAmbiguousName, typeBySuffix } from '../../formats/kinds/suffixes.js';
import { decodeDocument } from '../../formats/recognise/encodings.js';
import { firstLook } from '../../formats/recognise/first-look.js';
import { lateLook, type Recognised, recognise } from '../../formats/recognise/recognise.js';
import { type FirstBytes, readFirstBytes, readFurther } from './first-bytes.js';
import type { CheckedInput } from './inputs.js';

const MIB = 1024 * 1024;
/** A file is read so far to recognise it, where what tells its format may stand behind the beginning. */
const LATEST = 256 * MIB;

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
  /** A next step, where that is another than to name the type. */
  readonly hint?: string;
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
  const beginning = await readFirstBytes(checked, signal);
  const early = beginning && recognise(beginning.bytes, { name: checked.title, complete: beginning.complete });
  const later = beginning && !early && !checked.typed ? await lookLater(beginning, signal) : undefined;
  const first = later?.first ?? beginning;
  const input = first?.input ?? checked;
  const content = early ?? later?.content;
  const told = byGivenType(input, content) ?? byContent(input, content) ?? (await byName(input, first));
  if (told !== undefined) return { input, content, told, seen: told.what };
  if (first === undefined) return { input, content, told, seen: 'it is a directory' };
  const look = firstLook(first.bytes, first.complete);
  const far = later?.isCut ? `; nothing in its first ${LATEST / MIB} MiB tells a format` : '';
  return { input, content, told, ...look, seen: `${look.seen}${far}` };
}

interface LaterLook {
  /** The beginning again, with an input that was not read yet. */
  readonly first: FirstBytes;
  readonly content: Recognised | undefined;
  /** True where the file goes on behind what was read. */
  readonly isCut: boolean;
}

/** Reads on where the beginning does not tell what a file is, and more of it may. */
async function lookLater(first: FirstBytes, signal: AbortSignal | undefined): Promise<LaterLook | undefined> {
  const look = first.complete ? undefined : lateLook(first.bytes);
  if (look === undefined) return undefined;
  const { input, isCut } = await readFurther(first.input, LATEST, (part) => look.push(part), signal);
  return { first: { ...first, input }, content: isCut ? undefined : look.end(), isCut };
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
  const start = bytes.subarray(0, 4096);
  const [first] = (decodeDocument(start, false)?.text ?? Buffer.from(start).toString()).trimStart();
  if (type.endsWith('+json')) return first === '{' || first === '[';
  return type.endsWith('+xml') ? first === '<' : first !== undefined;
}
