import { promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { RemoraError } from '../../errors.js';
import { bestEffort } from '../files/system-error.js';
import { type Network, namedNetwork, networkOf } from './addresses.js';
import { lookUp } from './look-up.js';
import { isProxied } from './proxy-variables.js';

/** Behind a proxy names often resolve nowhere: a look-up that is only a precaution waits no longer. */
const MAX_LOOK_UP_MS = 1000;

const WORDS: Readonly<Record<Network, string>> = {
  public: 'the internet',
  private: 'a private network',
  'link-local': "this machine's own network",
  loopback: "this machine's own network",
  unspecified: "this machine's own network",
  metadata: "the metadata service of this machine's own network",
};

/**
 * Keeps a registry from leading requests into networks that it is not on: to its user's machine, to a metadata service, to
 * a router. Redirects, addresses of uploads, links and token servers all pass here.
 *
 * Names count as well as addresses: the addresses that a connection gets are looked at. A name in a private network may be
 * asked over TLS, since its certificate proves that it is meant; storage that is reached from within its cloud is such.
 */
export class AddressGuard {
  #home: Promise<ReadonlySet<Network>> | undefined;

  /** @param registry the registry that the user named; undefined checks nothing */
  constructor(private readonly registry: () => URL | undefined) {}

  /**
   * For hosts that are not the registry's own.
   *
   * @throws RemoraError `REJECTED`, before a byte is sent
   */
  async check(url: URL): Promise<void> {
    const named = namedNetwork(url.hostname);
    if (named !== undefined) return this.#judge(url, named);
    if (url.protocol !== 'http:' || !isProxied(url)) return;
    // The proxy connects, and may sit in the same network.
    for (const network of await lookedUp(url.hostname)) await this.#judge(url, network);
  }

  /** The look-up of a connection to an origin; @throws RemoraError `REJECTED` by its callback */
  lookup(origin: URL): LookupFunction {
    return (hostname, options, callback) =>
      lookUp(hostname, options, (error, address, family) => {
        // A proxy is looked up here as well, and the user named it.
        if (error !== null || hostname !== origin.hostname || this.isOwn(origin))
          return callback(error, address, family);
        const found = (typeof address === 'string' ? [address] : address.map((each) => each.address)).map(networkOf);
        const refusable = found.filter((network) => network !== 'private' || origin.protocol === 'http:');
        Promise.all(refusable.map((network) => this.#judge(origin, network))).then(
          () => callback(null, address, family),
          (refusal: unknown) =>
            callback(refusal instanceof Error ? refusal : new Error(String(refusal)), address, family),
        );
      });
  }

  /** The registry itself, which needs no check. */
  isOwn({ hostname }: URL): boolean {
    const registry = this.registry();
    return registry === undefined || registry.hostname === hostname;
  }

  async #judge(url: URL, network: Network): Promise<void> {
    if (network === 'public') return;
    const { hostname, host } = this.registry() ?? url;
    this.#home ??= homeOf(hostname);
    const home = await this.#home;
    if (network !== 'metadata' && home.has(network)) return;
    throw new RemoraError('REJECTED', `${host} leads to ${url.host}, an address of ${WORDS[network]}`, {
      hint:
        network === 'private'
          ? 'The request was not sent; a registry in that network is asked by its own address there'
          : 'The request was not sent; tell the operator of the registry',
    });
  }
}

/** The networks that a registry is on. All of a machine's own addresses are this machine. */
async function homeOf(hostname: string): Promise<ReadonlySet<Network>> {
  const named = namedNetwork(hostname);
  const home = new Set(named === undefined ? await lookedUp(hostname) : [named]);
  return home.has('unspecified') ? home.add('loopback') : home;
}

async function lookedUp(hostname: string): Promise<readonly Network[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), MAX_LOOK_UP_MS);
  });
  const found = await Promise.race([bestEffort(dns.lookup(hostname, { all: true })), late]);
  clearTimeout(timer);
  return found?.flatMap(({ address }) => (isIP(address) === 0 ? [] : [networkOf(address)])) ?? [];
}
