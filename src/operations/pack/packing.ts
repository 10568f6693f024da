import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import type { Packed, Packing, PackingName } from '../../formats/packings/packing.js';
import { PACKINGS } from '../../formats/packings/packings.js';
import { handled } from '../../io/async/handled.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { describeStream, spoolContent } from '../../io/files/describe-content.js';
import { readAll } from './content.js';
import { type CheckedInput, checkInputs } from './inputs.js';
import type { PackOptions, PackPlan } from './plan.js';
import { readMembers } from './read-members.js';
import { recogniseInputs } from './recognise.js';

/** How the files of `push` are packed. */
export interface PackingOptions {
  /**
   * `helm`: as `helm push` packs a chart; its config and annotations come from Chart.yaml, and FILE.prov goes along.
   * `generic`: each file is a layer, and nothing else is made of it.
   *
   * @default as the file's own tool packs it, where the file is recognised, and neither type nor config are given
   */
  readonly as?: PackingName | 'generic' | undefined;
  /** Called with each thing that was changed for that tool, or that it would not find. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** A file that was packed as its own tool wants it. */
export interface PackedFile extends Pick<Packed, 'name' | 'version'> {
  readonly packing: Packing;
}

/** A larger one is not looked into. */
const MAX_COMPANION = 1024 * 1024;

type PackedPlan = PackPlan & { readonly packed?: PackedFile };
type Options = PackOptions & PackingOptions;

/**
 * Fills in a plan as the tool of its file's format would pack it, else as `recogniseInputs` does.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a file that the tool could not read, and for `as` with other files
 */
export async function recognisePacking(checked: PackPlan, options: Options): Promise<PackedPlan> {
  const packing = PACKINGS.find(({ name }) => name === options.as);
  if (packing !== undefined) return packWith(packing, checked, mainOf(packing, checked, options), options);
  const isOpen = options.as === undefined && options.artifactType === undefined && options.config === undefined;
  for (const packing of isOpen ? PACKINGS : []) {
    const main = filesOf(packing, checked.inputs)?.main;
    if (main === undefined || (main.typed && main.mediaType !== packing.mediaType)) continue;
    const plan = await recogniseInputs({ ...checked, inputs: [main] }, options);
    const source = plan.inputs[0]?.source ?? main.source;
    if (plan.artifactType === packing.recognisedAs) return packWith(packing, checked, { ...main, source }, options);
    if (checked.inputs.length === 1) return plan;
    const inputs = checked.inputs.map((input) => (input === main ? { ...main, source } : input));
    return recogniseInputs({ ...checked, inputs }, options);
  }
  return recogniseInputs(checked, options);
}

/** Closes the streams of a plan that were not read to their end, and removes their temporary files. */
export function discardInputs({ inputs }: PackPlan): void {
  for (const { source } of inputs) if (source.kind === 'stream') source.discard?.();
}

/** The only file, or one with its companion. */
function filesOf({ companion }: Packing, inputs: readonly CheckedInput[]) {
  const [first, second, ...others] = inputs;
  if (first === undefined || others.length > 0 || second?.source.kind === 'directory') return undefined;
  if (second === undefined) return { main: first, companion: undefined };
  if (second.title === `${first.title}${companion.suffix}`) return { main: first, companion: second };
  return first.title === `${second.title}${companion.suffix}` ? { main: second, companion: first } : undefined;
}

function mainOf(packing: Packing, { inputs }: PackPlan, options: Options): CheckedInput {
  const hint = `Leave it out: ${packing.name} decides; or give --as generic`;
  if (options.artifactType !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `${packing.what} has a type of its own, got another`, { hint });
  if (options.config !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `${packing.what} has a config of its own, got another`, { hint });
  const main = filesOf(packing, inputs)?.main;
  if (main !== undefined) return main;
  throw new RemoraError(
    'INVALID_ARGUMENT',
    `${packing.what} is one file, with its ${packing.companion.suffix} or without; got ${inputs.length} files`,
    { hint: packing.hint },
  );
}

async function packWith(
  packing: Packing,
  checked: PackPlan,
  file: CheckedInput,
  options: Options,
): Promise<PackedPlan> {
  const main = await readableTwice(file, options);
  try {
    const { name, version, config, annotations } = await packedFrom(packing, main, options);
    const companion = filesOf(packing, checked.inputs)?.companion ?? (await companionOf(packing, file));
    const second = companion && { ...companion, mediaType: packing.companion.mediaType };
    if (second !== undefined) await noteStale(second, main, options);
    return {
      inputs: [{ ...main.input, mediaType: packing.mediaType }, ...(second === undefined ? [] : [second])],
      config: bytesInput(`config of ${file.title}`, config),
      artifactType: undefined,
      annotations: { ...annotations, ...checked.annotations },
      packed: { name, version, packing },
    };
  } catch (error) {
    await main.discard();
    throw error;
  }
}

interface ReadableTwice {
  readonly input: CheckedInput;
  open(): Promise<Readable>;
  discard(): Promise<void>;
}

/** A stream goes into a temporary file, which goes when its content was read for the last time. */
async function readableTwice(input: CheckedInput, { signal }: Options): Promise<ReadableTwice> {
  const { source, title, mediaType } = input;
  if (source.kind === 'directory')
    throw new RemoraError('INVALID_ARGUMENT', `${title} is a directory, wanted an archive`, {
      hint: 'Make one with helm package',
    });
  if (source.kind === 'file') return { input, open: () => source.open(), discard: async () => {} };
  const spooled = await spoolContent(() => source.open(), mediaType, { signal });
  const discard = () => void handled(spooled.discard());
  const last = async () => (await spooled.open()).once('close', discard);
  return {
    input: { ...input, source: { kind: 'stream', open: last, discard } },
    open: spooled.open,
    discard: spooled.discard,
  };
}

async function packedFrom(packing: Packing, { input, open }: ReadableTwice, { signal }: Options): Promise<Packed> {
  try {
    return await packing.pack(await readMembers(await open(), packing, signal));
  } catch (cause) {
    if (!isRemoraError(cause) || !['MALFORMED', 'SIZE_MISMATCH'].includes(cause.code)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', `${input.title} cannot be packed as ${packing.what}: ${cause.message}`, {
      cause,
      hint: packing.hint,
    });
  }
}

/** A companion tells the digest of its file: that of an older file is left where the file was made anew. */
async function noteStale({ source, title }: CheckedInput, main: ReadableTwice, options: Options): Promise<void> {
  const { onNote, signal } = options;
  if (onNote === undefined || source.kind !== 'file' || source.size > MAX_COMPANION) return;
  const text = Buffer.from(await readAll(source, MAX_COMPANION, signal)).toString();
  const { digest } = await describeStream(await main.open(), main.input.mediaType, { signal });
  if (!text.includes(digest)) onNote(`${title} does not name the digest of ${main.input.title}, which is ${digest}`);
}

/** The file beside one of the disk, if it is there. */
async function companionOf({ companion }: Packing, { source, title }: CheckedInput): Promise<CheckedInput | undefined> {
  if (source.kind !== 'file') return undefined;
  const path = `${source.path}${companion.suffix}`;
  const found = await orUndefined(checkInputs([{ path, name: `${title}${companion.suffix}` }]), 'NOT_FOUND');
  return found?.find(({ source }) => source.kind === 'file');
}

function bytesInput(title: string, { mediaType, bytes }: Packed['config']): CheckedInput {
  const open = async () => Readable.from([bytes], { objectMode: false });
  return { title, mediaType, typed: true, annotations: {}, source: { kind: 'stream', open } };
}
