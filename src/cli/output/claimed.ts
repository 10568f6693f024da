import type { DiscoveredNode } from '../../operations/discover/discover.js';
import { printable } from './text.js';

/** The claims of a signature, as discover and inspect give them. */
type Claimed = NonNullable<DiscoveredNode['claimed']>;

/** The line for who claims to have signed; it says that nobody has verified it. */
export function describeClaimed({ signer, times = [], logIndex }: Claimed): string {
  const facts = [
    ...(signer === undefined ? [] : [`by ${printable(named(signer))}`]),
    ...times.map(({ time, from }) => (from === 'timestamp' ? `${time} (timestamp)` : time)),
    ...(logIndex === undefined ? [] : [`log index ${logIndex}`]),
  ];
  return `claims to be signed ${facts.join(', ')}; unverified`;
}

function named(signer: NonNullable<Claimed['signer']>): string {
  if (signer.type === 'key') return `key ${signer.fingerprint}`;
  if (signer.type === 'hint') return `key ${signer.hint}`;
  return signer.type === 'identity' ? `${signer.identity} (${signer.issuer})` : `certificate ${signer.subject}`;
}
