import { basename, normalize } from 'node:path';
import type { Readable } from 'node:stream';
import { errorFields, RemoraError } from '../../errors.js';
import { type LocalFile, localFile } from '../../io/files/local-file.js';
import { checkName } from '../../io/files/safe-path.js';
import { nameKey } from '../../io/files/same-name.js';
import { quote } from '../../oci/text/quote.js';
import { Annotation, type Annotations } from '../../oci/values/annotations.js';
import { MediaType, parseMediaType } from '../../oci/values/media-types.js';
import { toStream } from './content.js';

/** A file, directory or bytes that become a layer of an artifact. A directory becomes a tar archive. */
export type FileInput = {
  /**
   * The layer's media type.
   *
   * @default the recognised type, else that of the name's extension, else `application/octet-stream`; a directory is
   *   `application/vnd.oci.image.layer.v1.tar+gzip`
   */
  readonly mediaType?: string | undefined;
  /** Annotations of the layer. `org.opencontainers.image.title` among them replaces the title. @default none */
  readonly annotations?: Annotations | undefined;
} & (
  | {
      /** A file or directory. */
      readonly path: string;
      /** The title. @default the path when it is relative and stays below the current directory, else its last part */
      readonly name?: string | undefined;
    }
  | {
      /** Bytes, text (written as UTF-8), or a function that opens a stream of bytes; it is called once. */
      readonly content: Uint8Array | string | (() => Readable);
      /** The title. */
      readonly name: string;
    }
);

/** A stream, which can be read once. */
export interface InputStream {
  readonly kind: 'stream';
  open(): Promise<Readable>;
  /** Closes a stream of which only the first bytes were read. */
  discard?(): void;
}

/** The files of push and attach, where a string is a path. */
export function fileInputs(files: readonly (string | FileInput)[]): readonly FileInput[] {
  return files.map((file) => (typeof file === 'string' ? { path: file } : file));
}

/** An input that exists, is readable, and has a title that is safe to unpack. */
export interface CheckedInput {
  readonly title: string;
  readonly mediaType: string;
  /** True when the caller gave the media type. */
  readonly typed: boolean;
  readonly annotations: Annotations;
  readonly source: LocalFile | InputStream;
}

/**
 * Checks all inputs before anything is written.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT` (media type, title, two inputs with one title)
 */
export async function checkInputs(inputs: readonly FileInput[]): Promise<readonly CheckedInput[]> {
  const checked = await Promise.all(inputs.map(checkInput));
  const titles = new Map<string, string>();
  for (const { title } of checked) {
    const other = titles.get(nameKey(title));
    if (other !== undefined) {
      const found =
        other === title
          ? `the title ${quote(title)}`
          : `the titles ${quote(other)} and ${quote(title)}, which are one name on some systems`;
      throw new RemoraError('INVALID_ARGUMENT', `two files have ${found}`, {
        found: title,
        hint: 'Give each file a name of its own; a file outside of the current directory is called by its last part',
      });
    }
    titles.set(nameKey(title), title);
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

/** The title as ORAS writes it: the clean path with forward slashes; of a path outside of the directory the last part. */
function titleOf(path: string): string {
  const clean = normalize(path)
    .replaceAll('\\', '/')
    .replace(/(?<!\/)\/+$/, '');
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
        hint: 'Rename the file, or give its content another name as standard input, -:NAME < FILE',
      },
    );
  }
}

async function typeByName(title: string): Promise<string> {
  const { default: mime } = await import('mime-types');
  return mime.lookup(title) || MediaType.octetStream;
}
