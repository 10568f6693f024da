import { quote } from '../../oci/text/quote.js';
import type { SignedTime } from '../values/judgement.js';
import { Refusal } from '../values/refusal.js';
import { scopedName } from '../values/repository.js';
import type { NotationPolicy, NotationTrust } from '../values/trust.js';
import type { Attributes } from './attributes.js';
import { type Certificate, readCertificate } from './certificate.js';
import { checkTime, iso, type Moment } from './chain.js';
import { attributesOf, isPartOf, parseName } from './distinguished-name.js';
import type { Envelope } from './envelope.js';
import { checkTimestamp } from './timestamp.js';

/** An envelope whose signature holds. */
export interface SoundEnvelope {
  readonly envelope: Envelope;
  readonly attributes: Attributes;
  readonly chain: readonly [Certificate, ...Certificate[]];
}

/** The answer of a policy that takes an envelope. */
export interface Acceptance {
  readonly times: readonly SignedTime[];
  readonly remarks: readonly string[];
}

/**
 * Checks that a trust takes an envelope: authenticity, expiry, and the time of its certificates
 * (trust-store-trust-policy.md, "Signature Verification"). Revocation is not looked up.
 *
 * @throws Refusal
 */
export function satisfy(
  trust: NotationTrust,
  sound: SoundEnvelope,
  repository: string | undefined,
  now: Date,
): Acceptance {
  const policy = policyFor(trust, repository);
  checkAuthenticity(trust, policy, sound);
  const remarks: string[] = [];
  const proven: SignedTime[] = [];
  const check = (isEnforced: boolean, one: () => void) => {
    try {
      one();
    } catch (error) {
      if (!(error instanceof Refusal) || isEnforced) throw error;
      remarks.push(`${error.message}; policy ${quote(policy.name)} accepts that`);
    }
  };
  check(policy.enforces.expiry, () => checkExpiry(sound.attributes, now));
  check(policy.enforces.authenticTimestamp, () => {
    const moment = checkSigningTime(trust, policy, sound, now);
    if (moment !== undefined) proven.push({ time: iso(moment.time), from: 'timestamp' });
  });
  const claimed: SignedTime = { time: iso(sound.attributes.signingTime), from: 'signer' };
  return { times: [claimed, ...proven], remarks };
}

/** The policy of exactly this repository, in whichever way its registry is written, else the one of all. */
function policyFor({ name, policies }: NotationTrust, repository: string | undefined): NotationPolicy {
  const fitting = (fits: (scope: string) => boolean) => policies.find((one) => one.registryScopes.some(fits));
  const wanted = repository && scopedName(repository);
  const own = wanted && fitting((scope) => scope !== '*' && scopedName(scope) === wanted);
  const policy = own || fitting((scope) => scope === '*');
  if (policy !== undefined) return policy;
  const place = repository === undefined ? 'content outside of registries' : quote(repository);
  throw new Refusal('unchecked', 'untrusted', `no policy of ${quote(name)} has a scope that fits ${place}`);
}

function checkAuthenticity(trust: NotationTrust, policy: NotationPolicy, { attributes, chain }: SoundEnvelope): void {
  const type = attributes.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const stores = storesOf(policy, type);
  const [signer] = chain;
  const who = `signer ${quote(signer.subject)}`;
  if (stores.length === 0) {
    const need = `lacks a trust store ${type}, which scheme ${attributes.scheme} needs`;
    throw untrusted(`${who} is not trusted: policy ${quote(policy.name)} ${need}`);
  }
  const isTrusted = stores.some((store) =>
    trust.stores.get(store)?.some((der) => chain.some(({ raw }) => raw.equals(der))),
  );
  if (!isTrusted) {
    throw untrusted(`${who} is not trusted: no certificate of the chain is in ${stores.join(', ')}`);
  }
  if (!isTrustedIdentity(policy, signer)) {
    throw untrusted(`${who} is not trusted: policy ${quote(policy.name)} names other identities`);
  }
}

/** Whether the signer's subject has all attributes of an identity. */
function isTrustedIdentity({ trustedIdentities }: NotationPolicy, { name }: Certificate): boolean {
  if (trustedIdentities.includes('*')) return true;
  const subject = attributesOf(name);
  if (subject === undefined) return false;
  return trustedIdentities.some((identity) => {
    const [prefix, ...rest] = identity.split(':');
    return prefix === 'x509.subject' && isPartOf(parseName(rest.join(':'), 'trusted identity'), subject);
  });
}

function checkExpiry({ expiry }: Attributes, now: Date): void {
  if (expiry === undefined || now < expiry) return;
  const message = `signature expired at ${iso(expiry)}; the time of verification is ${iso(now)}`;
  throw new Refusal('wrong', 'expired', message);
}

/** Checks that the certificates were in their time; gives the moment of the timestamp, where one counts. */
function checkSigningTime(
  trust: NotationTrust,
  policy: NotationPolicy,
  { envelope, attributes, chain }: SoundEnvelope,
  now: Date,
): Moment | undefined {
  const { scheme, signingTime } = attributes;
  if (scheme === 'notary.x509.signingAuthority') {
    checkTime(chain, { time: signingTime, accuracy: 0 }, 'authentic signing time');
    return undefined;
  }
  const stores = storesOf(policy, 'tsa');
  const needsTimestamp =
    stores.length > 0 && (policy.verifyTimestamp === 'always' || chain.some(({ notAfter }) => now > notAfter));
  if (!needsTimestamp) {
    checkTime(chain, { time: now, accuracy: 0 }, 'time of verification');
    return undefined;
  }
  if (envelope.timestamp === undefined) {
    throw new Refusal('wrong', 'timestamp', `envelope has no timestamp, which policy ${quote(policy.name)} wants`);
  }
  const trusted = stores.flatMap((store) => trust.stores.get(store) ?? []).map(readCertificate);
  const moment = checkTimestamp(envelope.timestamp, envelope.signature, trusted, signingTime);
  checkTime(chain, moment, 'time of the timestamp');
  return moment;
}

function storesOf({ trustStores }: NotationPolicy, type: string): string[] {
  return trustStores.filter((store) => store.startsWith(`${type}:`));
}

function untrusted(message: string): Refusal {
  return new Refusal('unchecked', 'untrusted', message);
}
