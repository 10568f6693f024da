import { withoutDots } from '../../formats/names/naming.js';
import { Annotation } from '../../oci/values/annotations.js';
import { encodedOf } from '../../oci/values/digest.js';
import { documentExtension } from './extension.js';
import type { WantedFile } from './index-files.js';
import { digestName } from './layer-names.js';

/** The name of a config that has no title. */
export const CONFIG_NAME = 'config.json';

/** The name that the maker of an artifact gave a file; it is not checked. */
export function givenName({ layer, named }: WantedFile): string | undefined {
  const title = layer.annotations?.[Annotation.title];
  return title === undefined ? named?.name : withoutDots(title);
}

/**
 * The name of a file, given or made; it is not checked.
 *
 * @param isAttached true for files of attachments, whose names begin with their kind
 */
export function ownName(file: WantedFile, isAttached: boolean): string {
  return givenName(file) ?? madeName(file, isAttached);
}

/** The name of a file that nobody named, or of its `content`, where that was taken out of it. */
export function madeName(
  { layer, attachment: { kind }, isOnly, isConfig }: WantedFile,
  isAttached: boolean,
  content = layer,
): string {
  if (isConfig) return CONFIG_NAME;
  if (!isAttached || !isOnly || kind === undefined) return digestName({ ...content, digest: layer.digest });
  return `${kind}-${encodedOf(layer.digest).slice(0, 12)}${documentExtension(content.mediaType)}`;
}
