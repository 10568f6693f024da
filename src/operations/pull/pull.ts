import { relative } from 'node:path';
import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import { resultFields } from '../results/manifest-fields.js';
import { nameSelected } from './file-names.js';
import type { PullOptions } from './options.js';
import type { PulledFile } from './stage-file.js';
import { parseTemplate } from './template.js';
import { type UnwrappedFile, unwrapFiles } from './unwrap-layers.js';
import { type WantedFile, type WantedOptions, wantedFiles } from './wanted.js';
import { writeFiles } from './write-files.js';

/** Options of {@link pullSelected}. */
export interface PullSelectedOptions extends PullOptions, WantedOptions {
  /**
   * Names of the files, like `{kind}-{platform}-{digest:12}{ext}`; all go into one directory then.
   * @default titles, and a directory for each of several artifacts
   */
  readonly name?: string | undefined;
  /**
   * Write what in-toto statements say (their predicates) instead of the statements, also out of DSSE envelopes and Sigstore
   * bundles. Nothing is verified by that. @default false
   */
  readonly unwrap?: boolean | undefined;
}

/** One file of a {@link PullResult}, and what it is. */
export interface SelectedFile extends PulledFile {
  /** The manifest that has it. */
  readonly from: string;
  readonly kind?: Kind;
  /** From the outermost wrapper inwards. */
  readonly formats?: readonly Format[];
  /** Of the image that it is attached to, where that was chosen from an index. */
  readonly platform?: string;
  /** How it was found; empty for files of what was asked for itself. */
  readonly via?: readonly Via[];
  /** Set when it was taken out of a statement; then `wrapper` is the layer that has the statement. */
  readonly unwrapped?: true;
  readonly wrapper?: Digest;
}

/** An artifact that was pulled, with its files. */
export interface SelectedArtifact {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly files: readonly SelectedFile[];
}

/** What was pulled from where. */
export interface PullResult {
  /** The artifact or subject that was asked for. */
  readonly reference: string;
  readonly artifacts: readonly SelectedArtifact[];
}

/**
 * Pulls the files of the selected artifact, or of what is attached to it, whichever way. Everything is fetched and verified
 * before the first file takes its name.
 *
 * @throws RemoraError as `pull`, `choose`, `unwrap` and `parseTemplate`
 */
export async function pullSelected(store: Source, options: PullSelectedOptions): Promise<PullResult> {
  const template = options.name === undefined ? undefined : parseTemplate(options.name);
  const { reference, manifests } = await wantedFiles(store, options);
  const wanted = manifests.flatMap(({ files }) => files);
  const unwrapped = options.unwrap ? await unwrapFiles(store, wanted, options) : undefined;
  const named = nameSelected(manifests, { unwrapped, template, isAttached: options.selection !== undefined });
  const written = await writeFiles(store, named, options);
  const artifacts = manifests.map(({ descriptor, files }) => ({
    ...resultFields(store, descriptor),
    files: files.flatMap((file) => {
      const at = wanted.indexOf(file);
      const pulled = written[at];
      return pulled === undefined ? [] : [report(store, descriptor, file, pulled, unwrapped?.[at])];
    }),
  }));
  return { reference, artifacts };
}

function report(
  store: Source,
  manifest: Descriptor,
  { attachment, platform }: WantedFile,
  file: PulledFile,
  unwrapped: UnwrappedFile | undefined,
): SelectedFile {
  const { kind, formats, via } = attachment;
  return {
    ...file,
    path: relative('', file.path) || file.path,
    from: store.format({ digest: manifest.digest }),
    ...(kind === undefined ? {} : { kind }),
    ...(formats.length === 0 ? {} : { formats }),
    ...(platform === undefined ? {} : { platform }),
    ...(via.length === 0 ? {} : { via }),
    ...(unwrapped === undefined ? {} : { unwrapped: true, wrapper: unwrapped.wrapper }),
  };
}
