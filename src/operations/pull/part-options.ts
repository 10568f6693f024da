import { type NameMatcher, parseGlob } from '../../oci/text/glob.js';
import { parseMediaType } from '../../oci/values/media-types.js';

/** Options that select some of the files of what is pulled; a file must fit `files` and `mediaTypes`. */
export interface PartOptions {
  /**
   * Patterns of names, like `docs/**`: those that the artifact gives its files, whatever `name` and `unwrap` make of them.
   * Each must fit a file. @default all files
   */
  readonly files?: readonly string[] | undefined;
  /** Media types of layers. @default all */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Take the config, too, under its title or as `config.json`; `files` and `mediaTypes` may name it alone. @default false */
  readonly config?: boolean | undefined;
}

/** {@link PartOptions}, parsed. */
export interface Parts {
  readonly globs: readonly (readonly [glob: string, fits: NameMatcher])[];
  readonly mediaTypes: readonly string[];
  readonly config: boolean;
}

/** @throws RemoraError `INVALID_ARGUMENT` */
export function parseParts({ files = [], mediaTypes = [], config = false }: PartOptions): Parts {
  const globs = files.map((glob) => [glob, parseGlob(glob)] as const);
  return { globs, mediaTypes: mediaTypes.map((type) => parseMediaType(type, 'media type')), config };
}
