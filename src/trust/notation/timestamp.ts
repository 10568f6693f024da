import { quote } from '../../oci/text/quote.js';
import { Refusal } from '../values/refusal.js';
import { reading } from './asn1.js';
import { type Certificate, isIssuedBy } from './certificate.js';
import { checkChain, checkTime, iso, type Moment } from './chain.js';
import { MAX_CHAIN } from './envelope.js';
import { readTimestampToken } from './timestamp-token.js';

/**
 * Checks the timestamp of a signature: it is over that signature, and made by an authority of the given trust.
 *
 * @param token DER
 * @param signature the bytes that the token is about
 * @param trusted authorities
 * @param signingTime when the signer says to have signed
 * @throws Refusal
 */
export function checkTimestamp(
  token: Uint8Array,
  signature: Uint8Array,
  trusted: readonly Certificate[],
  signingTime: Date,
): Moment {
  return reading('timestamp', 'timestamp', () => {
    const { moment, signer, certificates } = readTimestampToken(token, signature);
    const chain = chainTo(trusted, signer, certificates);
    if (chain === undefined) {
      const message = `timestamp is by ${quote(signer.subject)}, whose authority is in no trust store tsa of the policy`;
      throw new Refusal('unchecked', 'untrusted', message);
    }
    checkChain(chain, 'timestamping');
    checkTime(chain, { time: moment.time, accuracy: 0 }, 'time of the timestamp');
    if (moment.time.getTime() - moment.accuracy < signingTime.getTime()) {
      const message = `timestamp ${iso(moment.time)} is before the signing time ${iso(signingTime)}`;
      throw new Refusal('wrong', 'timestamp', message);
    }
    return moment;
  });
}

/** The certificates from a signer to a trusted one; undefined where they lead to none. */
function chainTo(
  trusted: readonly Certificate[],
  signer: Certificate,
  others: readonly Certificate[],
): Certificate[] | undefined {
  const chain = [signer];
  for (let last = signer; !isAmong(trusted, last); ) {
    const next = [...trusted, ...others].find((one) => !isAmong(chain, one) && isIssuedBy(last, one));
    if (next === undefined || chain.length === MAX_CHAIN) return undefined;
    chain.push(next);
    last = next;
  }
  return chain;
}

function isAmong(certificates: readonly Certificate[], { raw }: Certificate): boolean {
  return certificates.some((one) => one.raw.equals(raw));
}
