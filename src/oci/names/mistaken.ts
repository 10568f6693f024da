import { isAccepted, RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { isLoopback, isTag, parseReference } from './reference.js';
import { webAddress } from './web-address.js';

const QUOTES = /[\u2018-\u201f\u00ab\u00bb]|^["'`]|["'`]$/;
/** Characters that no screen shows, and that come along when text is copied. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/;
/** A variable or a placeholder of a page, which a shell or a person should have replaced. */
const UNREPLACED = /\$\{?\w+\}?|<[\w -]+>|\{\{[^{}]*\}\}/;
/** A host as only registries have it: with a dot or a port. */
const HOST = /^(?:localhost|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|[\d.]{7,15}|[\w.-]+(?=:\d))(?::\d{1,5})?$/i;

/** Schemes of other tools with what to write for the text behind them. */
const SCHEMES: ReadonlyMap<string, (rest: string) => string> = new Map<string, (rest: string) => string>([
  ['oci', (rest) => `Write oci:${rest}`],
  ['oci-archive', (rest) => `Write oci-archive:${rest}`],
  ['dir', (rest) => `Write dir:${rest}`],
  ['ocidir', (rest) => `Write oci:${rest}`],
  ['oci-dir', (rest) => `Write oci:${rest}`],
  ['oci-layout', (rest) => `Write oci:${rest.replace(/^\/\/(?=[^/])/, '')}`],
  ['docker-archive', (rest) => `Write oci-archive:${rest} for an archive of docker save, since Docker 25`],
  ['docker-daemon', (rest) => `Run docker save -o app.tar ${rest}, and write oci-archive:app.tar`],
  [
    'containers-storage',
    (rest) => `Run podman save --format oci-archive -o app.tar ${rest}, and write oci-archive:app.tar`,
  ],
  ['tarball', (rest) => `Write oci-archive:${rest} for an archive of an image layout`],
  ['file', (rest) => `Write ${path(rest)}`],
]);
const AS_PULLED = 'Write the name as docker pull takes it, like ghcr.io/owner/app:v1';
const KINDS_OF_PLACES =
  'Write an image layout like oci:./layout:v1, an archive like oci-archive:app.tar, a name like ghcr.io/owner/app:v1';

/**
 * Refuses text that surely means something else than a place: a web address, a login before the host, a scheme of
 * another tool, a tag behind `@`. The message never has what may be a secret.
 *
 * @param isPath whether the text is written as a path, which may hold nearly all characters
 * @throws RemoraError `INVALID_ARGUMENT` that says what to write
 */
export function refuseMistaken(text: string, isPath: boolean): void {
  refuseLogin(text, isPath);
  if (isPath) return;
  const name = text.replace(/^docker:\/\//, '');
  refuseCharacters(text, name);
  refusePackageUrl(name);
  refuseScheme(text, name);
  const web = webAddress(name);
  if (web !== undefined) {
    const plain = web.isPlain && !isLoopback(web.host) ? ', with --plain-http' : '';
    const isHost = web.address.endsWith(`//${web.host}`) && HOST.test(web.host);
    const hint = web.name !== undefined && isName(web.name) ? `Write ${web.name}${plain}` : AS_PULLED;
    throw mistaken(
      web.address,
      'is a web address, wanted the name of an image',
      isHost ? `Write ${web.host}/REPOSITORY${plain}` : hint,
    );
  }
  refuseEnd(text, name);
}

function refuseLogin(text: string, isPath: boolean): void {
  const found = behindLogin(text, isPath);
  if (found === undefined) return;
  const { host, rest } = found;
  throw mistaken(
    rest,
    'has a user before its host',
    `Write ${rest === host ? `${host}/REPOSITORY` : isName(rest) ? rest : 'the name'} alone: remora login ${host} keeps user and password`,
  );
}

/** The text of a place without a user and a password before its host: both may be secret. */
export function withoutLogin(text: string): string {
  return behindLogin(text, false)?.rest ?? text;
}

/** The part of `user:password@host/…` behind the login; undefined for other text. */
function behindLogin(text: string, isPath: boolean): { readonly host: string; readonly rest: string } | undefined {
  const [, scheme = '', name = ''] = /^((?!oci:\/\/\/|ocidir:)[a-z][\w+.-]*:\/\/)?(.*)$/is.exec(text) ?? [];
  const at = name.lastIndexOf('@');
  if (at < 0 || (isPath && scheme === '') || name.startsWith('pkg:')) return undefined;
  const before = name.slice(0, at);
  const end = name.slice(at + 1);
  const [host = ''] = end.split('/');
  // Of `app:v1@1.2` and `u:secret@ghcr.io` only the second has a host that ends in letters.
  const isLogin =
    end !== host || (!before.includes('/') && (scheme !== '' || (before.includes(':') && /[a-z]$|:\d+$/i.test(host))));
  return isLogin && HOST.test(host) ? { host, rest: end.replace(/[?#].*$/s, '') } : undefined;
}

/** White space and quotation marks, which come along when text is copied. */
const AROUND = /[\s"'`\u2018-\u201f\u00ab\u00bb]/;

function withoutAround(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && AROUND.test(text.charAt(start))) start += 1;
  while (end > start && AROUND.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function refuseCharacters(text: string, name: string): void {
  const clean = withoutAround(name.replace(new RegExp(INVISIBLE.source, 'g'), ''));
  const write = isName(clean) ? `Write ${clean}` : 'Write it like ghcr.io/owner/app:v1';
  if (name === '') {
    const hint = 'Write it like ghcr.io/owner/app:v1; the variable that it comes from may be unset';
    throw mistaken(text, 'is empty', hint);
  }
  if (/\r$/.test(name))
    throw mistaken(text, 'ends in a carriage return', `${write}; the script may have line ends of Windows`);
  if (INVISIBLE.test(name)) throw mistaken(text, 'has an invisible character', write);
  if (QUOTES.test(name)) throw mistaken(text, 'has quotation marks in it', write);
  if (/^\s|\s$/.test(name)) throw mistaken(text, 'has white space around it', write);
  const [unreplaced] = UNREPLACED.exec(name) ?? [];
  if (unreplaced !== undefined)
    throw mistaken(text, `has ${quote(unreplaced)}, which was not replaced`, 'Write it like ghcr.io/owner/app:v1');
  const path = name.replaceAll('\\', '/');
  if (/^[a-z]:[\\/]/i.test(name)) throw mistaken(text, 'is a path of Windows', `Write oci:${path.slice(2)}`);
  if (path !== name) throw mistaken(text, 'has a "\\"', `Write oci:${path} for an image layout`);
}

/** A package URL, `pkg:oci/app@sha256%3A…?repository_url=ghcr.io/acme/app`. */
function refusePackageUrl(name: string): void {
  const [, type = '', rest = ''] = /^pkg:\/*([a-z]+)\/(.*)$/is.exec(name) ?? [];
  if (type === '') return;
  const [path = '', query = ''] = rest.split('#', 1)[0]?.split('?', 2) ?? [];
  const at = path.lastIndexOf('@');
  const version = at < 0 ? '' : path.slice(at + 1).replace(/%3a/gi, ':');
  const parameters = new URLSearchParams(query);
  const url = parameters.get('repository_url')?.replace(/^https?:\/\//, '');
  const own = at < 0 ? path : path.slice(0, at);
  const repository = url === undefined ? own : type === 'docker' ? `${url}/${own}` : url;
  const tag = version.includes(':') ? `@${version}` : version === '' ? '' : `:${version}`;
  const written = `${repository}${tag === '' ? `:${parameters.get('tag') ?? 'latest'}` : tag}`;
  throw mistaken(
    name.replace(/\?.*$/s, ''),
    'is a package URL, wanted the name of an image',
    isName(written) ? `Write ${written}` : AS_PULLED,
  );
}

function refuseScheme(text: string, name: string): void {
  const [, scheme = '', rest = ''] = /^([a-z][\w+.-]*):(.*)$/is.exec(name) ?? [];
  const lower = scheme.toLowerCase();
  if (/^git\+|^(?:git|ssh)$/.test(lower) || /^git@[\w.-]+:[^/]+\//.test(name))
    throw mistaken(text, 'is an address of git, wanted the name of an image', AS_PULLED);
  const hint = SCHEMES.get(lower)?.(rest);
  const isOther = /^(?:sif|ostree|tarball)$/.test(lower) || (rest.startsWith('//') && !/^https?$/.test(lower));
  // `docker:27.1` is an image of Docker Hub, and `registry:2` as well.
  const isSource = /^(?:docker|registry|podman|image|docker-image)$/.test(lower) && /^[^:]*\//.test(rest);
  if (hint === undefined && !isOther && !isSource) return;
  const target = rest.replace(/^\/+/, '');
  const write = isSource && isName(target) ? `Write ${target}` : undefined;
  throw mistaken(text, `starts with ${scheme}:, which is not a kind of place`, hint ?? write ?? KINDS_OF_PLACES);
}

/** A tag behind `@`, a digest behind `:`, and separators with nothing behind them. */
function refuseEnd(text: string, name: string): void {
  const [, before = '', digest = ''] = /^([^@]+):(sha(?:256|512):[0-9a-f]+)$/i.exec(name) ?? [];
  if (digest !== '' && isName(before)) throw mistaken(text, 'has a digest behind ":"', `Write ${before}@${digest}`);
  const at = name.indexOf('@');
  const end = name.slice(at + 1);
  const untagged = name.slice(0, Math.max(at, 0)).replace(/:[^/:]*$/, '');
  if (at > 0 && isTag(end) && !/^(?:[0-9a-f]+|sha\d+)$/i.test(end) && isName(`${untagged}:${end}`)) {
    // Before the "@" there may be a password.
    const written = `${untagged}:${end}`;
    throw new RemoraError('INVALID_ARGUMENT', `place has the tag ${quote(end)} behind "@", wanted a digest`, {
      found: end,
      hint: `Write ${written}`,
    });
  }
  // By hand, since an expression would look at a row of them again from each.
  let length = name.length;
  while ('/:@'.includes(name.charAt(length - 1)) && length > 0) length -= 1;
  const whole = length < name.length ? name.slice(0, length) : '';
  if (whole !== '' && whole.includes('/') && isName(whole))
    throw mistaken(text, `ends in ${quote(name.slice(whole.length))}`, `Write ${whole}`);
  const single = name.replace(/\/{2,}/g, '/');
  if (single !== name && !name.startsWith('/') && isName(single)) throw mistaken(text, 'has "//"', `Write ${single}`);
}

function path(rest: string): string {
  const written = rest.replace(/^\/\/(?:localhost)?(?=\/)/, '').replace(/^\/\//, '');
  return /^\.{0,2}\//.test(written) ? written : `./${written}`;
}

/** Whether text is well formed as a name in a registry. */
function isName(text: string): boolean {
  return isAccepted(() => parseReference(text) !== undefined);
}

function mistaken(shown: string, why: string, hint: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `place ${quote(shown)} ${why}`, { found: shown, hint });
}
