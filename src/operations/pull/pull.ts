import { relative } from 'node:path';
import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import { withAttached } from '../places/elsewhere.js';
import type { Location } from '../places/location.js';
import { resultFields } from '../results/manifest-fields.js';
import { type WaitOptions, waitFor } from '../wait/wait.js';
import { nameFiles } from './file-names.js';
import { withFormatNames } from './format-names.js';
import { CONCURRENCY, type WantedFile, type WantedManifest } from './index-files.js';
import { isFileName, writeOneFile } from './one-file.js';
import type { PulledFile, PullResult, WrittenFile } from './schema.js';
import type { WriteFilesOptions } from './stage-file.js';
import { parseTemplate } from './template.js';
import { type UnwrappedFile, unwrapFiles } from './unwrap-layers.js';
import { type SelectOptions, wantedFiles, wantedOptions } from './wanted.js';
import type { Wanted } from './wanted-manifests.js';
import { writeFiles } from './write-files.js';

export type { PulledArtifact, PulledFile, PullResult } from './schema.js';

/** Options of {@link pull}. */
export interface PullOptions extends SelectOptions, WriteFilesOptions, WaitOptions {
  /**
   * Template for the names, like `{kind}-{platform}-{digest:12}{ext}`; all files are written into `output` itself then.
   * @default titles, and a directory for each of several artifacts
   */
  readonly name?: string | undefined;
}

/**
 * Fetches the files of an artifact, or with `selection` those of its attachments. All files are fetched and verified
 * before the first takes its name. With `verify` only what `trust` verifies is written. A file that already has the content is left alone. No file is written outside of
 * `output`. Names are the `org.opencontainers.image.title` annotations (image-spec, "Pre-Defined Annotation Keys").
 *
 * @param location `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @returns each artifact with its files; `path` is relative to the current directory
 * @throws RemoraError `NO_MATCH` (an image has no files, no attachment matches), `NOT_VERIFIED`, `AMBIGUOUS` (an index, several matches),
 *   `MALFORMED` (an unsafe name, two files with one name), `EXISTS` (`noClobber`, a directory or symlink in the way),
 *   `INVALID_ARGUMENT` (`name`; without `output` a name with a component that begins with `.`, `~` or `-`),
 *   `SIZE_MISMATCH` (layers unpack to more than `maxUnpackedBytes`), `UNSUPPORTED` (too large to unwrap), and as the store
 */
export async function pull(location: Location, options: PullOptions = {}): Promise<PullResult> {
  return waitFor(options, (access) => pullNow(location, access));
}

async function pullNow(location: Location, options: PullOptions): Promise<PullResult> {
  const wantedBy = wantedOptions(options);
  const template = options.name === undefined ? undefined : parseTemplate(options.name);
  return withAttached(location, options, async (source, selector) => {
    const chosen = await wantedFiles(source, selector, wantedBy, true);
    const wanted = await withAllNames(source, chosen, options);
    const { reference, manifests, leftOut } = wanted;
    const files = manifests.flatMap((manifest) => manifest.files);
    const layers = files.filter(({ isConfig }) => !isConfig);
    const unwrapped = options.unwrap ? await unwrapFiles(source, layers, leftOut, options) : new Map();
    const { output, selection } = options;
    const mayHide = Boolean(output) || template?.isHidden === true;
    const named = nameFiles(source, wanted, { unwrapped, template, isAttached: selection !== undefined, mayHide });
    const [only] = named;
    const written =
      output !== undefined && !template && (await isFileName(output, [...named.values()], files.length)) && only
        ? await writeOneFile(source, only, { ...options, output }, leftOut)
        : await writeFiles(source, named, leftOut, { ...options, mayHide });
    const artifacts = manifests.flatMap(({ descriptor, files: own }) => {
      const paths = new Map<string, PulledFile>();
      for (const file of own) {
        const one = written.get(named.get(file)?.name ?? '');
        if (one === undefined || leftOut.has(file.attachment) || paths.has(one.path)) continue;
        paths.set(one.path, report(source, descriptor, file, one, unwrapped.get(file)));
      }
      if (own.length > 0 && paths.size === 0) return [];
      return [{ ...resultFields(source, descriptor), files: [...paths.values()] }];
    });
    return given({ reference, artifacts, incomplete: leftOut.incomplete, unverified: wanted.unverified });
  });
}

async function withAllNames(source: Source, wanted: Wanted, { signal }: PullOptions): Promise<Wanted> {
  const name = (one: WantedManifest) => withFormatNames(source, one, wanted.leftOut, { signal });
  return { ...wanted, manifests: await mapSome(wanted.manifests, CONCURRENCY, name) };
}

/** The path from the current directory. */
function shown(path: string): string {
  return relative('', path) || path;
}

function report(
  source: Source,
  manifest: Descriptor,
  { attachment, platform, proof, isConfig }: WantedFile,
  file: WrittenFile,
  unwrapped: UnwrappedFile | undefined,
): PulledFile {
  const { kind, formats, via } = attachment;
  return {
    ...file,
    path: shown(file.path),
    ...(file.replaced && { replaced: file.replaced.map(shown) }),
    from: source.format({ digest: manifest.digest }),
    ...given({
      kind,
      formats: formats.length === 0 ? undefined : formats,
      platform,
      via: via.length === 0 ? undefined : via,
    }),
    ...(unwrapped && { unwrapped: true, wrapper: unwrapped.wrapper }),
    ...given({ config: isConfig, verified: proof }),
  };
}
