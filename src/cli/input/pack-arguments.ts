import { lstat } from 'node:fs/promises';
import { RemoraError } from '../../errors.js';
import { systemCode } from '../../io/files/system-error.js';
import { isReservedUnknown } from '../../oci/values/annotations.js';
import { isMediaType, parseMediaType } from '../../oci/values/media-types.js';
import type { ExportOptions } from '../../operations/pack/export-manifest.js';
import type { FileInput } from '../../operations/pack/inputs.js';
import type { PackOptions } from '../../operations/pack/plan.js';
import { keyValues, layerAnnotations, readAnnotationFile, unknownFile } from './annotation-arguments.js';
import { checkStandardInput, isStandardInput, unguarded } from './standard-input.js';

/** The values of the flags of push and attach. */
export interface PackFlags {
  readonly 'export-manifest'?: string | undefined;
  readonly 'artifact-type'?: string | undefined;
  readonly annotation?: readonly string[] | undefined;
  readonly 'layer-annotation'?: readonly string[] | undefined;
  readonly 'annotation-file'?: string | undefined;
  readonly config?: string | undefined;
  readonly name?: string | undefined;
  readonly created?: string | undefined;
  readonly concurrency?: number | undefined;
  /** Files for each platform, instead of those of the arguments. */
  readonly 'each-platform'?: readonly string[] | undefined;
}

/** Refuses an attachment that has neither a file nor a type of its own. */
export function requireFiles(files: readonly string[], flags: PackFlags): void {
  const given = ['each-platform', 'artifact-type', 'config'] as const;
  if (files.length > 0 || given.some((name) => flags[name] !== undefined)) return;
  throw new RemoraError('INVALID_ARGUMENT', 'argument FILE is missing', {
    hint: 'Name the file to attach; an attachment without files needs --artifact-type TYPE',
  });
}

/** True where the manifest goes to standard output: people read the result on standard error then. */
export function isManifestOut(flags: PackFlags): boolean {
  return flags['export-manifest'] === '-';
}

/** Turns the arguments and flags of push and attach into inputs and options of the operations. */
export async function packArguments(
  files: readonly string[],
  guarded: PackFlags,
  environment: { readonly stdin: NodeJS.ReadStream; readonly sourceDateEpoch: string | undefined },
): Promise<{
  readonly inputs: readonly FileInput[];
  readonly options: PackOptions & ExportOptions;
  readonly notes: readonly string[];
}> {
  const flags = unguardedFlags(guarded);
  const fromFile =
    flags['annotation-file'] === undefined ? undefined : await readAnnotationFile(flags['annotation-file']);
  const perFile = layerAnnotations(flags['layer-annotation'] ?? []);
  const templates = flags['each-platform'];
  if (templates !== undefined && files.length > 0) throw besideTemplates(files);
  checkStandardInput(files.map(unguarded), flags.name);
  if (fromFile?.config !== undefined && flags.config === undefined)
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `${flags['annotation-file']} has annotations for $config, but the artifact has no config`,
      {
        found: '$config',
        hint: 'Give --config, or take $config out of the file',
      },
    );
  const inputs =
    templates?.map(parseTemplated) ??
    (await Promise.all(files.map((file) => parseFile(unguarded(file), flags.name, environment.stdin))));
  const known = new Set(inputs.map(({ typed }) => typed));
  const named = new Map([...(fromFile?.files ?? []), ...perFile].map(([file]) => [file, undefined]));
  for (const file of named.keys()) if (!known.has(file)) throw unknownFile(file, [...known]);
  const config = flags.config === undefined ? undefined : await splitType(flags.config);
  const created = createdFrom(flags.created, environment.sourceDateEpoch);
  const annotations = { ...fromFile?.manifest, ...keyValues(flags.annotation ?? [], 'annotation') };
  const options: PackOptions & ExportOptions = {
    artifactType: flags['artifact-type'],
    annotations,
    concurrency: flags.concurrency,
    config: config && { ...config, annotations: fromFile?.config },
    created,
    exportManifest: isManifestOut(flags) ? '/dev/stdout' : flags['export-manifest'],
  };
  return {
    inputs: inputs.map(({ typed, input }) => ({
      ...input,
      annotations: { ...fromFile?.files.get(typed), ...perFile.get(typed) },
    })),
    options,
    notes: Object.keys(annotations)
      .filter(isReservedUnknown)
      .map((key) => `annotation ${key} is not defined by OCI, which reserves org.opencontainers`),
  };
}

/** The values of flags as they were typed: a guard is for files, and would be written with an annotation. */
function unguardedFlags(flags: PackFlags): PackFlags {
  return {
    ...flags,
    annotation: flags.annotation?.map(unguarded),
    'layer-annotation': flags['layer-annotation']?.map(unguarded),
    'each-platform': flags['each-platform']?.map(unguarded),
    config: flags.config && unguarded(flags.config),
    name: flags.name && unguarded(flags.name),
  };
}

/** A path with placeholders is not there as it is written: a suffix that is not a media type belongs to it. */
function parseTemplated(text: string): { typed: string; input: FileInput } {
  if (isStandardInput(text))
    throw new RemoraError('INVALID_ARGUMENT', '--each-platform names a file of each platform, got standard input', {
      found: text,
      hint: 'Write it into files, or attach it to all platforms with --to platforms',
    });
  const colon = text.lastIndexOf(':');
  const mediaType = text.slice(colon + 1);
  if (colon <= 0 || !isMediaType(mediaType)) return { typed: text, input: { path: text } };
  const path = text.slice(0, colon);
  return { typed: path, input: { path, mediaType } };
}

function besideTemplates(files: readonly string[]): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${files.join(', ')} and --each-platform are both given, wanted one`, {
    found: files[0] ?? '',
    hint: 'Give --each-platform several times for several files; each is a template',
  });
}

async function parseFile(
  text: string,
  name: string | undefined,
  stdin: NodeJS.ReadStream,
): Promise<{ typed: string; input: FileInput }> {
  if (text === '') {
    throw new RemoraError('INVALID_ARGUMENT', 'the name of a file is empty', {
      found: '',
      hint: 'Check the variables of the shell that it comes from',
    });
  }
  if (!isStandardInput(text)) {
    const { path, mediaType } = await splitType(text);
    return { typed: path, input: { path, mediaType } };
  }
  const rest = text.slice(2);
  const colon = rest.lastIndexOf(':');
  const typed = colon > 0 && isMediaType(rest.slice(colon + 1));
  const title = (typed ? rest.slice(0, colon) : rest) || name;
  if (!title) {
    throw new RemoraError('INVALID_ARGUMENT', 'standard input needs a name to be stored under', {
      hint: 'Write it as -:sbom.json, or give --name sbom.json',
    });
  }
  if (stdin.isTTY)
    throw new RemoraError('INVALID_ARGUMENT', 'standard input is a terminal, wanted a file or a pipe', {
      hint: 'Pipe something into the command',
    });
  return {
    typed: title,
    input: { content: () => stdin, name: title, mediaType: typed ? rest.slice(colon + 1) : undefined },
  };
}

/**
 * Splits `FILE[:TYPE]` at the last colon, as ORAS does. A suffix that is not a media type belongs to the name if such
 * a file exists.
 */
async function splitType(text: string): Promise<{ path: string; mediaType: string | undefined }> {
  const colon = text.lastIndexOf(':');
  const suffix = colon < 0 ? '' : text.slice(colon + 1);
  if (colon <= 0) return { path: text, mediaType: undefined };
  if (isMediaType(suffix)) return { path: text.slice(0, colon), mediaType: suffix };
  const path = text.slice(0, colon);
  // A path of Windows has its colon behind the drive.
  if (/^[a-z]:[\\/]/i.test(text) && colon === 1) return { path: text, mediaType: undefined };
  if (await exists(text)) return { path: text, mediaType: undefined };
  if (!(await exists(path))) {
    throw new RemoraError('NOT_FOUND', `neither ${text} exists nor ${path}, with a media type behind it`, {
      found: text,
      hint: 'Check the path; a type behind the last colon is written like FILE:application/json',
    });
  }
  if (suffix === '') {
    throw new RemoraError('INVALID_ARGUMENT', `${text} ends in a colon without a media type behind it`, {
      found: text,
      hint: `Write ${path}, or ${path}:TYPE with a type like application/json`,
    });
  }
  return { path, mediaType: parseMediaType(suffix, `media type of ${path}`) };
}

/** Gives false for a path that cannot be examined; opening the file reports why. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === undefined) throw error;
      return false;
    },
  );
}

/** The date to write, if any: packing the same files again must give the same bytes. */
export function createdFrom(flag: string | undefined, epoch: string | undefined): string | undefined {
  if (flag !== undefined) return flag === 'now' ? isoSeconds(Date.now()) : flag;
  if (epoch === undefined || epoch === '') return undefined;
  const seconds = Number(epoch);
  if (/^\d+$/.test(epoch) && seconds <= 253_402_300_799) return isoSeconds(seconds * 1000);
  throw new RemoraError(
    'INVALID_ARGUMENT',
    `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}, wanted seconds since 1970`,
    { found: epoch, hint: 'Unset it, or set it to a number like 1767225600' },
  );
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
