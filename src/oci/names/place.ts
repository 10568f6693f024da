import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { isRefName } from '../values/annotations.js';
import { type Digest, parseDigest } from '../values/digest.js';
import { given } from '../values/given.js';
import { refuseMistaken } from './mistaken.js';
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

/** The beginning of text that is a path, or has a scheme before one. */
const PATH_START = /^(?:oci|oci-archive|dir):|^ocidir:\/\/|^(?:\.{0,2}\/|\.{1,2}(?:$|[:@]))/;

/** Words that a shell would have replaced at the beginning of an argument, or without quotes. */
const UNEXPANDED = /^(?:~[^/]*|\$\w+|\$\{\w+\})(?:\/|$)/;

/** Names on Docker Hub that were written without its host; they may be meant for something here. */
const bareNames = new WeakSet<Place>();

const FILE_NAME = /\.(?:jsonl?|ya?ml|xml|txt|sarif|sig|pem|key|crt|html|csv)$/i;

const ARCHIVE_NAME = /\.(tar|tar\.gz|tgz|tar\.zst|tzst)$/;

/**
 * Parses the text of a place, which tells its kind:
 *
 * - `oci:PATH[:TAG][@DIGEST]`, or a path that starts with `./`, `../` or `/`: an image layout
 * - `oci-archive:FILE[:TAG][@DIGEST]`, or such a path that ends in `.tar`, `.tar.gz`, `.tgz`, `.tar.zst` or `.tzst`: an
 *   archive of an image layout
 * - `dir:PATH[@DIGEST]`: a directory with one image, as skopeo writes it
 * - `ocidir://PATH[:TAG][@DIGEST]`, as regctl writes it: an image layout
 * - any other text, and the text behind `docker://`: a name in a registry
 *
 * A word with a dot, `localhost`, an address or a digest alone is refused: Docker Hub has no such name.
 *
 * In a layout the tag is the text after the last `:`, unless that text holds a `/`. A tag must fit the grammar of
 * `org.opencontainers.image.ref.name`. A path that ends in such text is written with a `/` behind it. Verbs look at
 * the file system first: the longest path that is a layout or an archive counts ({@link readingsOf}).
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parsePlace(text: string): Place {
  refuseMistaken(text, isPathText(text));
  if (/^oci(-archive)?:\/\/[^/]/.test(text)) {
    // Helm writes a registry this way. As a layout it would be an unlikely path.
    const [, scheme = '', rest = ''] = /^(.*?):\/\/(.*)$/s.exec(text) ?? [];
    throw new RemoraError('INVALID_ARGUMENT', `place ${quote(text)} starts with a URL scheme`, {
      found: text,
      hint: `Write ${rest} for a name in a registry, ${scheme}:./${rest} for a path`,
    });
  }
  if (text.startsWith('docker://')) return named(text.slice('docker://'.length), text);
  if (text.startsWith('dir:')) return { kind: 'directory', ...parsePath(text.slice('dir:'.length), text, false) };
  if (text.startsWith('oci-archive:'))
    return { kind: 'archive', ...parsePath(text.slice('oci-archive:'.length), text) };
  if (text.startsWith('oci:')) return { kind: 'layout', ...parsePath(text.slice('oci:'.length), text) };
  if (text.startsWith('ocidir://')) return { kind: 'layout', ...parsePath(text.slice('ocidir://'.length), text) };
  if (!PATH_START.test(text)) {
    if (/^[^/:@]+\.(tar|tar\.gz|tgz|tar\.zst|tzst)(?:$|[:@])/.test(text)) throw bareArchive(text);
    return named(text, text);
  }
  const place = parsePath(text, text);
  return { kind: ARCHIVE_NAME.test(place.path) ? 'archive' : 'layout', ...place };
}

/** Whether text is a path, with or without a scheme, and not a name in a registry. */
export function isPathText(text: string): boolean {
  return PATH_START.test(text);
}

/** Whether a word is the name of a file that is attached, `sbom.json`: no host ends so. */
export function isFileName(text: string): boolean {
  return FILE_NAME.test(text) && !/[/:@]/.test(text);
}

/** Whether a place is on Docker Hub only because its text names no registry. */
export function isBareName(place: Place): boolean {
  return bareNames.has(place);
}

/** A name in a registry, unless it is certain that something else is meant. */
function named(name: string, whole: string): Place {
  const fail = (why: string, hint: string) =>
    new RemoraError('INVALID_ARGUMENT', `place ${quote(whole)} ${why}`, { found: whole, hint });
  if (/^(?:sha\d{3}:[0-9a-f]+|[0-9a-f]{64})$/i.test(name))
    throw fail(
      'is a digest without a repository',
      `Write it like ghcr.io/owner/app@${name.includes(':') ? name : `sha256:${name}`}`,
    );
  const [, word = '', port = ''] = /^(\[[^\]/]*\]|[^:@/]+)(:\d+)?(?:[:@][^/]*)?$/.exec(name) ?? [];
  if (word.startsWith('[') || /^(?:localhost|[\d.]+\.\d+)$/i.test(word))
    throw fail('is a registry without a repository', `Write ${word}${port}/REPOSITORY`);
  if (FILE_NAME.test(word))
    throw fail(
      'looks like a file, wanted an image or artifact',
      `Write the image first: remora attach IMAGE ${word} attaches the file; oci:${word} is a layout of this name`,
    );
  if (/^[^.].*\.[^.]/.test(word))
    throw fail(
      'may be a file, or a registry without a repository',
      `Write ${word}${port}/REPOSITORY for the registry, oci:${word} for an image layout`,
    );
  const place: Place = { kind: 'registry', ...parseReference(name) };
  if (place.registry === 'docker.io' && !/^[^/]*docker\.io\//i.test(name)) bareNames.add(place);
  return place;
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
    /^(ocidir:\/\/|oci(?:-archive)?:(?!\/\/[^/])|(?=\.{0,2}\/|\.{1,2}(?:$|[:@])))(.*)$/s.exec(text) ?? [];
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
  if (UNEXPANDED.test(path)) {
    const [word = path] = path.split('/', 1);
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `place ${quote(whole)} has ${quote(word)}, which the shell left as it is`,
      {
        found: whole,
        hint: `Write the path in full, or ./${path} for a directory of that name`,
      },
    );
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
