import { constants } from 'node:fs';
import { access, open, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { interruptedOr } from '../async/interrupt.js';
import { lstatIfExists } from './safe-path.js';
import { fileError, ifSystemError } from './system-error.js';

/** Where output goes: a file that is replaced in one step, or what is written to as it is. */
export type OutputTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'through'; write(content: Readable, signal?: AbortSignal): Promise<void> };

/** More links than any system follows. */
const MAX_LINKS = 40;

/**
 * Looks at where output shall go. A link stays and its file is replaced, or made. A device or pipe is written to as it is:
 * renaming over `/dev/null` would replace it. `/dev/stdout` and `/dev/stderr` are the streams of this process, wherever
 * they lead.
 *
 * @param flag that names it, for the hint
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function outputTarget(path: string, flag: string): Promise<OutputTarget> {
  const standard = standardStream(path);
  if (standard !== undefined)
    return { kind: 'through', write: (content, signal) => copyTo(standard, content, { signal }) };
  const info = await ifSystemError(stat(path), 'ENOENT').catch((error: unknown) => {
    throw fileError(error, path);
  });
  if (info?.isDirectory()) {
    throw new RemoraError('EXISTS', `${path} is a directory, wanted a file`, {
      hint: `Give ${flag} the name of a file`,
    });
  }
  if (info !== undefined && !info.isFile()) {
    await access(path, constants.W_OK).catch((error: unknown) => {
      throw fileError(error, path);
    });
    return { kind: 'through', write: (content, signal) => writeInto(path, content, signal) };
  }
  const target = info === undefined ? await endOfLinks(path) : await realpath(path);
  if (info === undefined) await requireDirectory(dirname(target));
  return { kind: 'file', path: target };
}

function standardStream(path: string): NodeJS.WriteStream | undefined {
  const [, name] = /^(?:\/dev\/|\/proc\/self\/)(stdout|stderr|fd\/[12])$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  return name === 'stdout' || name === 'fd/1' ? process.stdout : process.stderr;
}

/** The file that a link would make; the path itself where it is not a link. */
export async function endOfLinks(path: string): Promise<string> {
  let end = path;
  for (let links = 0; links < MAX_LINKS && (await lstatIfExists(end))?.isSymbolicLink(); links += 1)
    end = resolve(await realpath(dirname(end)), await readlink(end));
  return end;
}

/** @throws RemoraError `NOT_FOUND`, `IO` when nothing can be written there */
export async function requireDirectory(path: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'Create it first');
  });
  if (!info.isDirectory()) throw new RemoraError('IO', `${path} is not a directory: no file can be written there`);
}

async function writeInto(path: string, content: Readable, signal: AbortSignal | undefined): Promise<void> {
  try {
    const handle = await open(path, 'w');
    await pipeline(content, handle.createWriteStream(), given({ signal }));
  } catch (error) {
    throw interruptedOr(fileError(error, path), signal);
  }
}

/** Copies to a stream that stays open. */
export async function copyTo(
  out: NodeJS.WritableStream,
  content: Readable,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  try {
    await pipeline(content, out, { end: false, ...given({ signal }) });
  } catch (error) {
    throw interruptedOr(error, signal);
  }
}
