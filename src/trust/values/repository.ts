/**
 * The name by which scopes know a repository: a registry that can be written in several ways has one. `GHCR.IO`,
 * `ghcr.io.` and `ghcr.io:443` are `ghcr.io`.
 */
export function scopedName(name: string): string {
  const slash = name.indexOf('/');
  return `${scopedHost(name.slice(0, slash))}${name.slice(slash)}`;
}

/** A registry as scopes name it: lower case, without the port 443 and a final dot. */
export function scopedHost(registry: string): string {
  const { host } = new URL(`https://${registry}`);
  const name = host.replace(/\.(?=(?::\d{1,5})?$)/, '');
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name;
}
