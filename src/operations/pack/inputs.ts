import { basename, normalize } from 'node:path';
import type { Readable } from 'node:stream';
import { errorFields, RemoraError } from '../../errors.js';
import { type LocalFile, localFile } from '../../io/files/local-file.js';
import { checkName } from '../../io/files/safe-path.js';
import { Annotation, type Annotations } from '../../oci/values/annotations.js';
import { MediaType, parseMediaType } from '../../oci/values/media-types.js';
import { toStream } from './content.js';

/** Content that becomes a layer of an artifact. */
export type FileInput = {
  /** @default by content where that tells the artifact's type, by the extension of the name, else `application/octet-stream`; a directory is `…layer.v1.tar+gzip` */
  readonly mediaType?: string | undefined;
  /** Annotations of the layer. A title among them is the title. */
  readonly annotations?: Annotations | undefined;
} & (
  | {
      /** A file or directory. */
      readonly path: string;
      /** The title. @default the path when it is relative and stays below the current directory, else its last part */
      readonly name?: string | undefined;
    }
  | {
      /** Bytes, or what opens a stream of them; it is opened once. */
      readonly content: Uint8Array | string | (() => Readable);
      /** The title. */
      readonly name: string;
    }
);

/** A stream, which can be read once. */
export interface InputStream {
  readonly kind: 'stream';
  open(): Promise<Readable>;
  /** Closes a stream whose first bytes were read, where the rest is not. */
  discard?(): void;
}

/** The files of push and attach, where a string is a path. */
export function fileInputs(files: readonly (string | FileInput)[]): readonly FileInput[] {
  return files.map((file) => (typeof file === 'string' ? { path: file } : file));
}

/** An input that was looked at: it exists, is readable, and has a title that is safe to unpack. */
export interface CheckedInput {
  readonly title: string;
  readonly mediaType: string;
  /** True when the media type was given, and not told by the name. */
  readonly typed: boolean;
  readonly annotations: Annotations;
  readonly source: LocalFile | InputStream;
}

/**
 * Looks at all inputs before anything is written anywhere.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT` (media type, title, two inputs with one title)
 */
export async function checkInputs(inputs: readonly FileInput[]): Promise<readonly CheckedInput[]> {
  const checked = await Promise.all(inputs.map(checkInput));
  const titles = new Set<string>();
  for (const { title } of checked) {
    if (titles.has(title)) {
      throw new RemoraError('INVALID_ARGUMENT', `two files have the title ${JSON.stringify(title)}`, {
        found: title,
        hint: 'Give each file a name of its own; a file outside of the current directory is called by its last part',
      });
    }
    titles.add(title);
  }
  return checked;
}

async function checkInput(input: FileInput): Promise<CheckedInput> {
  const source =
    'path' in input
      ? await localFile(input.path)
      : { kind: 'stream' as const, open: async () => toStream(input.content) };
  const { [Annotation.title]: renamed, ...annotations } = input.annotations ?? {};
  const title = checkTitle(renamed ?? ('path' in input ? (input.name ?? titleOf(input.path)) : input.name));
  const mediaType =
    input.mediaType ?? (source.kind === 'directory' ? MediaType.imageLayerGzip : await typeByName(title));
  return {
    title,
    mediaType: parseMediaType(mediaType, `media type of ${title}`),
    typed: input.mediaType !== undefined,
    annotations,
    source,
  };
}

/** The way of ORAS: the cleaned path with forward slashes. A path that no reader would write to is cut to its last part. */
function titleOf(path: string): string {
  const clean = normalize(path).replaceAll('\\', '/').replace(/\/+$/, '');
  const inside = clean !== '.' && !/^(\/|\.\.(\/|$)|[A-Za-z]:)/.test(clean);
  return inside ? clean : basename(clean === '.' || /(^|\/)\.\.$/.test(clean) ? process.cwd() : clean);
}

function checkTitle(title: string): string {
  try {
    return checkName(title);
  } catch (cause) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `title ${JSON.stringify(title)} cannot be used: ${errorFields(cause).message}`,
      {
        cause,
        found: title,
        hint: 'Give the file a relative name',
      },
    );
  }
}

async function typeByName(title: string): Promise<string> {
  const { default: mime } = await import('mime-types');
  return mime.lookup(title) || MediaType.octetStream;
}
