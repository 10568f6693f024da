import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { type Digest, parseDigest } from '../values/digest.js';
import { given } from '../values/given.js';

/** A name in a registry: `host[:port]/repository[:tag][@digest]`. */
export interface Reference {
  /** As written, but `docker.io` for names without a host. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** Wins over `tag`, where a reference has both. */
  readonly digest?: Digest;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?';
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9a-fA-F:.]+\\])(?::[0-9]{1,5})?$`);
const DOCKER_HUB: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** True for a repository name (distribution-spec, "Pulling manifests"). */
export function isRepository(text: string): boolean {
  return REPOSITORY.test(text);
}

/** True for a tag, 128 characters at most (distribution-spec, "Pulling manifests"). */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The hint for a version with build metadata, of which Helm's convention makes a tag. */
function withoutPlus(tag: string): string | undefined {
  const written = tag.replaceAll('+', '_');
  return tag !== written && isTag(written) ? `A tag has no "+": write ${written}, as Helm does` : undefined;
}

/** @throws RemoraError `INVALID_ARGUMENT` */
export function parseTag(text: string): string {
  if (isTag(text)) return text;
  throw new RemoraError('INVALID_ARGUMENT', `tag ${quote(text)} is not well formed`, {
    found: text,
    hint:
      withoutPlus(text) ?? 'Use letters, digits, "_", "." and "-", 128 at most, starting with a letter, a digit or "_"',
  });
}

/**
 * Parses a name in a registry. A name without a host is Docker Hub's, and there a name without a `/` is below
 * `library/`.
 *
 * @throws RemoraError `INVALID_ARGUMENT` that shows the wrong part
 */
export function parseReference(text: string): Reference {
  const fail = (why: string, hint?: string) =>
    new RemoraError('INVALID_ARGUMENT', `reference ${quote(text)} is not well formed: ${why}`, {
      found: text,
      hint: hint ?? 'Write it like ghcr.io/owner/app:v1, or oci:PATH:TAG for an image layout',
    });
  if (/^[a-z]+:\/\//i.test(text))
    throw fail('it starts with a URL scheme', `Write it without ${text.slice(0, text.indexOf('://') + 3)}`);
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasHost ? first : 'docker.io';
  if (!HOST.test(registry)) throw fail(`${quote(registry)} is not a host`);
  const port = /:(\d+)$/.exec(registry.replace(/^\[.*\]/, ''))?.[1];
  if (port !== undefined && (Number(port) > 65535 || Number(port) === 0)) throw fail(`${port} is not a port`);
  // Some hosts fit the expression and are not addresses, like 1.2.3.999 or [::g]: requests would fail with a TypeError.
  if (!URL.canParse(`https://${registry}`)) throw fail(`${quote(registry)} is not a host`);
  const rest = hasHost ? name.slice(slash + 1) : name;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (path === '') throw fail('the repository is missing');
  if (!isRepository(path)) {
    throw fail(
      `${quote(path)} is not a repository name`,
      isRepository(path.toLowerCase()) ? `Repository names are lower-case: ${path.toLowerCase()}` : undefined,
    );
  }
  if (tag !== undefined && !isTag(tag))
    throw fail(tag === '' ? 'the tag is empty' : `${quote(tag)} is not a tag`, withoutPlus(tag));
  const hub = DOCKER_HUB.includes(registry.toLowerCase());
  return given({
    registry: hub ? 'docker.io' : registry,
    repository: hub && !path.includes('/') ? `library/${path}` : path,
    tag,
    digest,
  });
}

/** The text of a reference. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

/** True for hosts on this machine, however they are written: `localhost` and what is below it, 127.0.0.0/8, `::1`. */
export function isLoopback(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return /^(?:(?:.+\.)?localhost\.?|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\])$/.test(hostname);
}
