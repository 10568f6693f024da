import { RemoraError } from '../../errors.js';
import type { Format } from '../../formats/kinds/kind.js';
import { Annotation } from '../../oci/values/annotations.js';
import { algorithmOf, encodedOf } from '../../oci/values/digest.js';
import { documentExtension, withoutWrapper } from './extension.js';
import { digestName, directoryOf, findClash, type NamedLayer, titleOf } from './layer-names.js';
import type { NameTemplate } from './template.js';
import type { UnwrappedFile } from './unwrap-layers.js';
import type { WantedFile, WantedManifest } from './wanted.js';

/** Options of {@link nameFiles}. */
export interface NamingOptions {
  /** The unwrapped content of each file, in their order; undefined for a file that stays wrapped. @default none */
  readonly unwrapped?: readonly (UnwrappedFile | undefined)[] | undefined;
  /** @default titles, and a directory for each of several manifests */
  readonly template?: NameTemplate | undefined;
  /** True for files of attachments, whose names begin with their kind. */
  readonly isAttached: boolean;
}

/**
 * Names all files that are wanted, in the order of their manifests.
 *
 * @throws RemoraError `MALFORMED` for a name that is not safe, or two files of one artifact with one name;
 *   `INVALID_ARGUMENT` for a template that gives two files one name
 */
export function nameFiles(
  manifests: readonly WantedManifest[],
  { unwrapped, template, isAttached }: NamingOptions,
): readonly NamedLayer[] {
  const wanted = manifests.flatMap(({ files }) => files);
  const named = wanted.map((file, n) => nameFile(file, unwrapped?.[n], template, isAttached));
  const placed = template === undefined ? intoDirectories(manifests, named) : named;
  refuseClash(placed, template !== undefined);
  return placed;
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
function intoDirectories(manifests: readonly WantedManifest[], named: readonly NamedLayer[]): readonly NamedLayer[] {
  if (manifests.length === 1) return named;
  const directories = manifests.flatMap(({ descriptor: { digest }, files }) =>
    files.map(() => `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 12)}`),
  );
  return named.map((layer, n) => ({ ...layer, name: `${directories[n]}/${layer.name}` }));
}

function refuseClash(named: readonly NamedLayer[], isTemplate: boolean): void {
  const clash = findClash(named);
  if (clash === undefined) return;
  if (isTemplate) {
    throw new RemoraError('INVALID_ARGUMENT', `name template gives two files the name ${JSON.stringify(clash)}`, {
      found: clash,
      hint: 'Put {digest:12} into the template, or select one attachment with --digest',
    });
  }
  throw new RemoraError('MALFORMED', `artifact has two files with the name ${JSON.stringify(clash)}`, {
    found: clash,
    hint: 'Give them names of their own, as with --name {digest}{ext}',
  });
}
