import { isIPv6 } from 'node:net';
import { isLoopback } from '../../oci/names/reference.js';

const VARIABLES: readonly string[] = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** Whether the environment names a proxy. For which hosts it is used NO_PROXY says. */
export function usesProxy(): boolean {
  return VARIABLES.some((name) => process.env[name]);
}

/** The hosts of NO_PROXY. undici knows an IPv6 address in brackets alone; other tools let it be written without them. */
export function notProxied(): string {
  const hosts = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  return hosts.replace(/[^\s,]+/g, (host) => (isIPv6(host) ? `[${host}]` : host));
}

/**
 * Whether a host is reached through a proxy, as undici decides it. A loopback host is not, as with Go's tools: a proxy
 * would get its credentials, and ask its own loopback. `REMORA_PROXY_LOOPBACK=1` says otherwise.
 */
export function isProxied({ hostname, port, protocol }: URL): boolean {
  if (!usesProxy() || (isLoopback(hostname) && process.env.REMORA_PROXY_LOOPBACK !== '1')) return false;
  const hosts = notProxied().toLowerCase();
  if (hosts === '*') return false;
  return !hosts.split(/[,\s]+/).some((entry) => {
    const [, name = '', only] = /^(?:\*?\.)?(.+?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === '' || (only !== undefined && only !== (port || (protocol === 'https:' ? '443' : '80')))) return false;
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}
