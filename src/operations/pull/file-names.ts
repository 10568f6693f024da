import { posix } from 'node:path';
import { RemoraError } from '../../errors.js';
import type { Format } from '../../formats/kinds/kind.js';
import { checkName } from '../../io/files/safe-path.js';
import { refuseHidden } from '../../io/files/same-name.js';
import { quote } from '../../oci/text/quote.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, encodedOf } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { documentExtension, withoutWrapper } from './extension.js';
import type { WantedFile } from './index-files.js';
import { directoryOf, type LayerDirectory, type NamedLayer, TakenNames, titleOf } from './layer-names.js';
import { CONFIG_NAME, givenName, madeName } from './own-name.js';
import type { NameTemplate } from './template.js';
import type { UnwrappedFile } from './unwrap-layers.js';
import type { Wanted } from './wanted-manifests.js';

/** Options of {@link nameFiles}. */
export interface NamingOptions {
  /** The content of files that were unwrapped; the others stay as they are. */
  readonly unwrapped: ReadonlyMap<WantedFile, UnwrappedFile>;
  /** @default titles, and a directory for each of several manifests */
  readonly template?: NameTemplate | undefined;
  /** True for files of attachments, whose names begin with their kind. */
  readonly isAttached: boolean;
  /** False where no directory was chosen for the files: then names that begin with a dot are refused. */
  readonly mayHide: boolean;
}

/**
 * Names all files that are wanted. Files with the same content may have the same name.
 *
 * @throws RemoraError `MALFORMED` for a name that is not safe, or two files of one artifact with one name, unless the
 *   artifact is left out; `INVALID_ARGUMENT` for a template that gives two files one name, and for hidden names
 */
export function nameFiles(
  source: Source,
  { manifests, leftOut }: Wanted,
  { unwrapped, template, isAttached, mayHide }: NamingOptions,
): ReadonlyMap<WantedFile, NamedLayer> {
  const names = new TakenNames();
  const named = new Map<WantedFile, NamedLayer>();
  for (const { descriptor, files } of manifests) {
    const wanted = files.filter(({ attachment }) => !leftOut.has(attachment));
    try {
      const directory = template || manifests.length === 1 ? '.' : directoryFor(descriptor);
      const own = new TakenNames();
      const layers = wanted.map((file): readonly [WantedFile, NamedLayer] => {
        const found = nameFile(file, unwrapped.get(file), template, isAttached);
        const inside = { ...found, name: posix.join(directory, found.name) };
        const isTaken = file.isConfig && givenName(file) === undefined && own.clash(inside) !== undefined;
        const layer = isTaken && !template ? { ...found, name: posix.join(directory, spareConfigName(file)) } : inside;
        if (!mayHide && layer.name !== '.') refuseHidden(layer.name);
        refuseClash(layer.name, own.clash(layer) ?? names.clash(layer), template !== undefined);
        own.add(layer);
        return [file, layer];
      });
      for (const [file, layer] of layers) {
        names.add(layer);
        named.set(file, layer);
      }
    } catch (error) {
      const attachments = wanted.map(({ attachment }) => attachment);
      leftOut.failed(`files of ${source.format({ digest: descriptor.digest })}`, error, attachments);
    }
  }
  return named;
}

/** Models often have a file of the name that a config gets. */
function spareConfigName({ layer }: WantedFile): string {
  return `config-${encodedOf(layer.digest).slice(0, 12)}.json`;
}

function nameFile(
  file: WantedFile,
  unwrapped: UnwrappedFile | undefined,
  template: NameTemplate | undefined,
  isAttached: boolean,
): NamedLayer {
  const { layer, attachment, platform } = file;
  const content = unwrapped?.descriptor ?? layer;
  const digest = encodedOf(layer.digest);
  const ext = documentExtension(content.mediaType);
  const { kind, formats, descriptor } = attachment;
  const given = () => {
    const name = checkedName(file);
    if (name === undefined || unwrapped === undefined || name.toLowerCase().endsWith(ext)) return name;
    return `${withoutWrapper(name)}${ext}`;
  };
  const name =
    template?.({
      kind,
      format: innermost(formats),
      platform,
      digest,
      title: givenName(file) ?? (file.isConfig ? CONFIG_NAME : undefined),
      ext,
      type: descriptor.artifactType ?? layer.mediaType,
    }) ??
    given() ??
    madeName(file, isAttached, content);
  if (unwrapped === undefined) return { descriptor: layer, name, directory: directoryFrom(file, template) };
  return { descriptor: unwrapped.descriptor, name, directory: undefined, open: unwrapped.open };
}

/** @throws RemoraError `MALFORMED` for a name that is not safe */
function checkedName(file: WantedFile): string | undefined {
  const name = givenName(file);
  return name === undefined || isEverywhere(file, name) ? name : checkName(name);
}

/** An archive of all files: its entries go into the directory that was chosen. */
function isEverywhere({ named }: WantedFile, name: string): boolean {
  return name === '.' && named?.packed !== undefined;
}

/** The directory that a file unpacks to. A template names the archive itself, which may be one of a single file. */
function directoryFrom({ layer, named }: WantedFile, template: NameTemplate | undefined): LayerDirectory | undefined {
  if (named?.packed === undefined || template !== undefined || titleOf(layer) !== undefined) return directoryOf(layer);
  return { tarDigest: undefined, ...named.packed, mayBeFile: true };
}

const WRAPPERS: readonly Format[] = ['in-toto', 'dsse', 'sigstore-bundle', 'cosign'];

function innermost(formats: readonly Format[]): Format | undefined {
  return formats.find((format) => !WRAPPERS.includes(format)) ?? formats.at(-1);
}

/** Several artifacts may have files of one name: each artifact gets a directory, named by its digest. */
function directoryFor({ digest }: Descriptor): string {
  return `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 12)}`;
}

function refuseClash(name: string, clash: string | undefined, isTemplate: boolean): void {
  if (clash === undefined) return;
  const names =
    clash === name
      ? `two files the name ${quote(name)}`
      : `two files the names ${quote(clash)} and ${quote(name)}, which are in each other's way on some systems`;
  if (isTemplate) {
    throw new RemoraError('INVALID_ARGUMENT', `name template gives ${names}`, {
      found: name,
      hint: 'Put {digest:12} into the template, or select one attachment with --digest',
    });
  }
  throw new RemoraError('MALFORMED', `artifact gives ${names}`, {
    found: name,
    hint: 'Give them names of their own, as with --name {digest}{ext}',
  });
}
