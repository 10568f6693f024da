import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { isRefName } from '../values/annotations.js';
import { type Digest, parseDigest } from '../values/digest.js';
import { given } from '../values/given.js';
import { parseReference, type Reference } from './reference.js';

/** A place of artifacts, with the tag or digest of an artifact in it. */
export type Place = ({ readonly kind: 'registry' } & Reference) | PathPlace;

/** A place in the file system. A `directory` (as skopeo writes it) has no tags. */
export interface PathPlace {
  readonly kind: 'layout' | 'archive' | 'directory';
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** The schemes of places in the file system. */
const SCHEMES = { layout: 'oci', archive: 'oci-archive', directory: 'dir' } as const;

const ARCHIVE_NAME = /\.(tar|tar\.gz|tgz|tar\.zst|tzst)$/;

/**
 * Parses the text of a place, which tells its kind:
 *
 * - `oci:PATH[:TAG][@DIGEST]`, or a path that starts with `./`, `../` or `/`: an image layout
 * - `oci-archive:FILE[:TAG][@DIGEST]`, or such a path that ends in `.tar`, `.tar.gz`, `.tgz`, `.tar.zst` or `.tzst`: an
 *   archive of an image layout
 * - `dir:PATH[@DIGEST]`: a directory with one image, as skopeo writes it
 * - any other text, and the text behind `docker://`: a name in a registry
 *
 * In a layout the tag is the text after the last `:`, unless that text holds a `/`. A tag must fit the grammar of
 * `org.opencontainers.image.ref.name`. A path that ends in such text is written with a `/` behind it. Verbs look at
 * the file system first: the longest path that is a layout or an archive counts ({@link readingsOf}).
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parsePlace(text: string): Place {
  if (/^oci(-archive)?:\/\/[^/]/.test(text)) {
    // Helm writes a registry this way. As a layout it would be an unlikely path.
    throw new RemoraError('INVALID_ARGUMENT', `place ${quote(text)} starts with a URL scheme`, {
      found: text,
      hint: 'Write a name in a registry like ghcr.io/owner/app:v1, and an image layout like oci:./layout:v1',
    });
  }
  if (text.startsWith('docker://')) return { kind: 'registry', ...parseReference(text.slice('docker://'.length)) };
  if (text.startsWith('dir:')) return { kind: 'directory', ...parsePath(text.slice('dir:'.length), text, false) };
  if (text.startsWith('oci-archive:'))
    return { kind: 'archive', ...parsePath(text.slice('oci-archive:'.length), text) };
  if (text.startsWith('oci:')) return { kind: 'layout', ...parsePath(text.slice('oci:'.length), text) };
  if (!/^(\.{0,2}\/|\.{1,2}(?:$|[:@]))/.test(text)) {
    if (/^[^/:@]+\.(tar|tar\.gz|tgz|tar\.zst|tzst)(?:$|[:@])/.test(text)) throw bareArchive(text);
    return { kind: 'registry', ...parseReference(text) };
  }
  const place = parsePath(text, text);
  return { kind: ARCHIVE_NAME.test(place.path) ? 'archive' : 'layout', ...place };
}

/** As a name it would be on Docker Hub, which is hardly what a file name means. */
function bareArchive(text: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `place ${quote(text)} may be a file or a name on Docker Hub`, {
    found: text,
    hint: `Write ./${text} or oci-archive:${text} for the file, docker.io/library/${text} for the name`,
  });
}

/**
 * All that the text of a place in the file system can mean, from the longest path to the shortest: a path may hold a `:`,
 * and so may a name, like `docker.io/library/a:latest`. None for other text. The file system tells which is meant.
 */
export function readingsOf(text: string): readonly PathPlace[] {
  const [, scheme, rest = ''] =
    /^(oci(?:-archive)?:(?!\/\/[^/])|(?=\.{0,2}\/|\.{1,2}(?:$|[:@])))(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return [];
  const { name, digest } = withoutDigest(rest);
  const ends = [name.length, ...[...name.matchAll(/:/g)].map(({ index }) => index).reverse()];
  return ends.flatMap((end): readonly PathPlace[] => {
    const path = name.slice(0, end).replace(/^\/{2,}/, '/');
    const tag = end === name.length ? undefined : name.slice(end + 1);
    if (path === '' || tag === '') return [];
    const isArchive = scheme === 'oci-archive:' || (scheme === '' && ARCHIVE_NAME.test(path));
    return [{ kind: isArchive ? 'archive' : 'layout', path, ...given({ tag, digest }) }];
  });
}

/** An "@" may belong to a path (`./me@work:v1`): only a hash's name behind it starts a digest, well formed or not. */
function withoutDigest(text: string): { readonly name: string; readonly digest?: Digest | undefined } {
  const at = text.lastIndexOf('@');
  const isPinned = at >= 0 && /^(?:sha\d|blake\d)[a-z0-9+._-]*:[^/]*$/i.test(text.slice(at + 1));
  return isPinned ? { name: text.slice(0, at), digest: parseDigest(text.slice(at + 1)) } : { name: text };
}

function parsePath(text: string, whole: string, hasTags = true): { path: string; tag?: string; digest?: Digest } {
  const { name, digest } = withoutDigest(text);
  const colon = hasTags ? name.lastIndexOf(':') : -1;
  const suffix = colon < 0 ? '' : name.slice(colon + 1);
  const tagged = colon >= 0 && !suffix.includes('/') && isRefName(suffix);
  const path = (tagged ? name.slice(0, colon) : name).replace(/^\/{2,}/, '/');
  if (path === '' || path.includes('\0')) {
    const why = path === '' ? 'has no path' : 'has a path with a NUL character';
    throw new RemoraError('INVALID_ARGUMENT', `place ${quote(whole)} ${why}`, {
      found: whole,
      hint: hasTags ? 'Write it like oci:./layout:v1' : 'Write it like dir:./image',
    });
  }
  if (colon >= 0 && !tagged && !suffix.includes('/')) {
    throw new RemoraError('INVALID_ARGUMENT', `place ${quote(whole)} has a malformed tag ${quote(suffix)}`, {
      found: suffix,
      hint: 'Write it like oci:./layout:v1',
    });
  }
  return { path, ...given({ tag: tagged ? suffix : undefined, digest }) };
}

/** The text of a place, with the tag and digest of `suffix` in place of its own. */
export function formatPlace(
  place: Place,
  suffix: { readonly tag?: string | undefined; readonly digest?: Digest | undefined } = {},
): string {
  const base =
    place.kind === 'registry' ? `${place.registry}/${place.repository}` : `${SCHEMES[place.kind]}:${place.path}`;
  return `${base}${suffix.tag === undefined ? '' : `:${suffix.tag}`}${suffix.digest === undefined ? '' : `@${suffix.digest}`}`;
}
