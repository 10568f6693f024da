import { isIPv6 } from 'node:net';
import { RemoraError } from '../../errors.js';
import { isLoopback } from '../../oci/names/reference.js';

const VARIABLES: readonly string[] = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** Whether the environment names a proxy. For which hosts it is used NO_PROXY says. */
export function usesProxy(): boolean {
  return VARIABLES.some((name) => process.env[name]);
}

/**
 * The addresses of the proxies for plain requests and for https; empty where none is named. An address without a scheme is
 * taken for http, as by curl and Go.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for what is not an address
 */
export function proxies(): { readonly httpProxy: string; readonly httpsProxy: string } {
  return {
    httpProxy: addressIn('http_proxy') ?? addressIn('HTTP_PROXY') ?? '',
    httpsProxy: addressIn('https_proxy') ?? addressIn('HTTPS_PROXY') ?? '',
  };
}

function addressIn(variable: string): string | undefined {
  const value = process.env[variable];
  if (!value) return value;
  const address = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(address)) return address;
  throw new RemoraError('INVALID_ARGUMENT', `${variable} is not the address of a proxy`, {
    hint: 'Write it like http://proxy.example:3128',
  });
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
