import { RemoraError } from '../../errors.js';
import type { Format } from '../../formats/kinds/kind.js';
import { refuseHidden } from '../../io/files/same-name.js';
import { quote } from '../../oci/text/quote.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, encodedOf } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { documentExtension, withoutWrapper } from './extension.js';
import type { WantedFile } from './index-files.js';
import { digestName, directoryOf, type NamedLayer, TakenNames, titleOf } from './layer-names.js';
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
      const directory = template || manifests.length === 1 ? '' : `${directoryFor(descriptor)}/`;
      const own = new TakenNames();
      const layers = wanted.map((file): readonly [WantedFile, NamedLayer] => {
        const layer = nameFile(file, unwrapped.get(file), template, isAttached);
        return [file, { ...layer, name: `${directory}${layer.name}` }];
      });
      for (const [, layer] of layers) {
        if (!mayHide) refuseHidden(layer.name);
        refuseClash(layer.name, own.clash(layer) ?? names.clash(layer), template !== undefined);
        own.add(layer);
      }
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

function nameFile(
  { layer, attachment, platform, isOnly }: WantedFile,
  unwrapped: UnwrappedFile | undefined,
  template: NameTemplate | undefined,
  isAttached: boolean,
): NamedLayer {
  const content = unwrapped?.descriptor ?? layer;
  const digest = encodedOf(layer.digest);
  const ext = documentExtension(content.mediaType);
  const { kind, formats, descriptor } = attachment;
  const titled = () => {
    const title = titleOf(layer);
    if (title === undefined || unwrapped === undefined || title.toLowerCase().endsWith(ext)) return title;
    return `${withoutWrapper(title)}${ext}`;
  };
  const byKind = isAttached && isOnly && kind !== undefined ? `${kind}-${digest.slice(0, 12)}${ext}` : undefined;
  const name =
    template?.({
      kind,
      format: innermost(formats),
      platform,
      digest,
      title: layer.annotations?.[Annotation.title],
      ext,
      type: descriptor.artifactType ?? layer.mediaType,
    }) ??
    titled() ??
    byKind ??
    digestName({ ...content, digest: layer.digest });
  if (unwrapped === undefined) return { descriptor: layer, name, directory: directoryOf(layer) };
  return { descriptor: unwrapped.descriptor, name, directory: undefined, open: unwrapped.open };
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
