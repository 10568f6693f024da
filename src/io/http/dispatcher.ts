import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import nodeTls from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { given } from '../../oci/values/given.js';
import { bestEffortSync } from '../files/system-error.js';
import { type ConnectionOptions, DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT } from './connection-options.js';
import { isProxied, notProxied, proxies } from './proxy-variables.js';
import { COPIED_BYTES, readBuffers } from './read-buffers.js';

/** Options of {@link dispatcherFor}. */
export interface DispatcherOptions
  extends Pick<ConnectionOptions, 'concurrency' | 'timeout' | 'ca' | 'clientCertificate' | 'insecure'> {
  /** The registry that certificate, key and `insecure` are for. */
  readonly registry?: URL | undefined;
  readonly lookup: LookupFunction;
}

const MAX_CONNECT_MS = 15_000;

/**
 * Connections to one origin, through a proxy where the environment names one. Certificate and key are shown to the
 * registry they were given for and to no other (GHSA-whvf-jp7m-59f3).
 */
export function dispatcherFor(origin: URL, options: DispatcherOptions): Dispatcher {
  const { registry, ca, clientCertificate, insecure, lookup } = options;
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const connections = options.concurrency ?? DEFAULT_CONCURRENCY;
  const secure = {
    timeout: Math.min(timeout, MAX_CONNECT_MS),
    lookup,
    ...given({ ca: ca === undefined ? undefined : [...systemCertificates(), ca] }),
    ...(registry?.origin === origin.origin ? clientCertificate : {}),
    ...(insecure && registry?.hostname === origin.hostname ? { rejectUnauthorized: false } : {}),
  };
  const limits = { connections, headersTimeout: timeout, bodyTimeout: timeout };
  if (!isProxied(origin)) {
    // Bun calls back without the socket that has read.
    const lends = origin.protocol === 'http:' && process.versions.bun === undefined;
    const onread = lends ? { onread: readBuffers(), highWaterMark: COPIED_BYTES } : {};
    return new Pool(origin.origin, { ...limits, connect: { ...secure, ...onread } });
  }
  return new EnvHttpProxyAgent({
    ...limits,
    connect: secure,
    requestTls: secure,
    // A plain request is passed on by every proxy; a tunnel to a port other than 443 by few.
    proxyTunnel: false,
    ...proxies(),
    noProxy: notProxied(),
    clientFactory: (url, poolOptions) => new Pool(url, { ...limits, ...poolOptions }),
  });
}

/**
 * The certificates that Node.js trusts by default; the option `ca` replaces them. A file that cannot be read is left out, as
 * Node.js does, which warns of it.
 */
function systemCertificates(): readonly string[] {
  if ('getCACertificates' in nodeTls && typeof nodeTls.getCACertificates === 'function')
    return nodeTls.getCACertificates('default');
  const path = process.env.NODE_EXTRA_CA_CERTS;
  const extra = path ? bestEffortSync(() => readFileSync(path, 'latin1')) : undefined;
  return nodeTls.rootCertificates.concat(extra ?? []);
}
