/** The name of Docker Hub in Docker's file and in questions to credential helpers. */
export const HUB_SERVER = 'https://index.docker.io/v1/';
const HUB = 'docker.io';
const HUB_NAMES: readonly string[] = [HUB, 'index.docker.io', 'registry-1.docker.io'];

/** The meaning of a key of `auths`. */
export interface AuthKey {
  readonly registry: string;
  /** Empty for the registry as a whole. */
  readonly namespace: string;
  /** Written as a URL, as Docker did long ago. */
  readonly isUrl: boolean;
}

/** Gives all names of Docker Hub the same name. */
export function canonicalRegistry(registry: string): string {
  return HUB_NAMES.includes(registry) ? HUB : registry;
}

/** The registry as credential helpers and Docker's file know it. */
export function serverName(registry: string): string {
  return canonicalRegistry(registry) === HUB ? HUB_SERVER : registry;
}

/** All that can stand for a registry in `credHelpers`, which knows no namespaces. */
export function helperKeys(registry: string): readonly string[] {
  return canonicalRegistry(registry) === HUB ? [HUB_SERVER, ...HUB_NAMES] : [registry];
}

/**
 * `host`, `host/namespace` (Podman), and the old `https://host/v1/`, whose path Docker and Podman both disregard.
 * A namespace never ends with a slash, so that `host/v1/` is a URL without its scheme.
 */
export function parseAuthKey(key: string): AuthKey {
  const bare = key.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? '' : bare.slice(slash);
  const isUrl = bare !== key || /^\/(?:v[12]\/)?$/.test(path);
  return { registry: canonicalRegistry(host), namespace: isUrl ? '' : path.slice(1), isUrl };
}

/** True for a key that stands for the registry as a whole, in any form. */
export function isKeyOf(key: string, registry: string): boolean {
  const parsed = parseAuthKey(key);
  return parsed.registry === canonicalRegistry(registry) && parsed.namespace === '';
}

/**
 * The keys whose entries may serve a repository, the best first. The longest namespace that holds the repository comes
 * first, then the host, then its URLs. Host and port are compared as a whole, never a part (GHSA-6c87-g9pw-78fx). The
 * key of a namespace never serves the host.
 */
export function matchingKeys(keys: Iterable<string>, registry: string, repository = ''): readonly string[] {
  const wanted = canonicalRegistry(registry);
  return [...keys]
    .map((key) => ({ key, parsed: parseAuthKey(key) }))
    .filter(({ parsed }) => parsed.registry === wanted && isBelow(repository, parsed.namespace))
    .sort((a, b) => rank(b) - rank(a))
    .map(({ key }) => key);
}

/** The preference among keys for one registry as a whole, or for one namespace: the largest comes first. */
export function preference(key: string): number {
  return rank({ key, parsed: parseAuthKey(key) });
}

function isBelow(repository: string, namespace: string): boolean {
  return namespace === '' || repository === namespace || repository.startsWith(`${namespace}/`);
}

function rank({ key, parsed }: { readonly key: string; readonly parsed: AuthKey }): number {
  if (parsed.namespace !== '') return 3 + parsed.namespace.length;
  if (key === HUB_SERVER) return 3;
  return parsed.isUrl ? 1 : 2;
}
