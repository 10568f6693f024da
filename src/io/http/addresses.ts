import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { isLoopback } from '../../oci/names/reference.js';

/** The network that an address belongs to; a metadata service gives the secrets of a machine to whatever asks on it. */
export type Network = 'public' | 'private' | 'link-local' | 'loopback' | 'unspecified' | 'metadata';

/** Addresses of metadata services: most clouds, Amazon over IPv6, Alibaba, Azure, Oracle. */
const METADATA = [
  '169.254.169.254/32',
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
];
/** RFC 1918, RFC 6598 (carriers' NAT), RFC 4193, RFC 3879. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'];

/** The first that has an address is its network. */
const NETWORKS: readonly (readonly [Network, BlockList])[] = [
  ['metadata', blockList(METADATA)],
  ['loopback', blockList(['127.0.0.0/8', '::1/128'])],
  ['unspecified', blockList(['0.0.0.0/8', '::/128'])],
  ['link-local', blockList(['169.254.0.0/16', 'fe80::/10'])],
  ['private', blockList(PRIVATE)],
];

/** The names of metadata services, which only the network itself resolves. */
const METADATA_NAMES: readonly string[] = ['metadata.google.internal', 'metadata.goog', 'instance-data', 'metadata'];

/** The network of an address of IPv4 or IPv6. */
export function networkOf(address: string): Network {
  if (!isIPv6(address)) return listed(address, 'ipv4');
  const network = listed(address, 'ipv6');
  // Gateways pass packets on to the address of IPv4 within.
  return network === 'public'
    ? (embedded(address)
        .map((inner) => listed(inner, 'ipv4'))
        .find(isInner) ?? network)
    : network;
}

/** The network that the host of a URL names by itself; undefined for a name that must be looked up. */
export function namedNetwork(hostname: string): Network | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIPv4(host) || isIPv6(host)) return networkOf(host);
  if (isLoopback(hostname)) return 'loopback';
  return METADATA_NAMES.includes(host.replace(/\.$/, '')) ? 'metadata' : undefined;
}

function isInner(network: Network): boolean {
  return network !== 'public';
}

function listed(address: string, family: 'ipv4' | 'ipv6'): Network {
  return NETWORKS.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

/**
 * The addresses of IPv4 that one of IPv6 can carry: in its last 32 bits (mapped, compatible and translated ones,
 * RFC 4291 §2.5.5, RFC 2765, and NAT64, RFC 6052, RFC 8215), or after the prefix of 6to4 (RFC 3056).
 */
function embedded(address: string): readonly string[] {
  const groups = groupsOf(address);
  const start = groups.slice(0, 4).join(':');
  const [, first = 0, second = 0] = groups;
  if (groups[0] === 0x2002) return [dotted(first, second)];
  const isCarried = start === '0:0:0:0' || (groups[0] === 0x64 && groups[1] === 0xff9b);
  return isCarried ? [dotted(groups[6] ?? 0, groups[7] ?? 0)] : [];
}

/** The eight groups; a URL writes the last two of an address as groups, too. */
function groupsOf(address: string): readonly number[] {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [parse(head), parse(tail ?? '')];
  return [...before, ...Array<number>(tail === undefined ? 0 : 8 - before.length - after.length).fill(0), ...after];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
