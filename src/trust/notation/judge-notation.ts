import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { type Claims, type Judgement, type Proof, type Signer, unchecked, verified } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import { Refusal, refused } from '../values/refusal.js';
import type { Signed, Target } from '../values/signed.js';
import type { Trust } from '../values/trust.js';
import { reading } from './asn1.js';
import { readAttributes, refuseUnknown } from './attributes.js';
import { type Certificate, readCertificate } from './certificate.js';
import { checkChain } from './chain.js';
import { readCose } from './cose.js';
import type { Envelope } from './envelope.js';
import { readJws } from './jws.js';
import { readTarget } from './payload.js';
import { malformed } from './refused.js';
import { type SoundEnvelope, satisfy } from './satisfy.js';
import { checkSignature } from './signature.js';

/** An envelope with ten certificates and a timestamp has some 30 kB. */
const MAX_ENVELOPE_BYTES = 4 * 1024 * 1024;

/**
 * Judges a Notary Project envelope, JWS or COSE.
 *
 * Its signature and its chain are checked first, then that its payload names the target, then what it asks of verifiers,
 * and last the given trusts. Revocation is not looked up.
 */
export async function judgeNotation(signed: Signed, target: Target, options: JudgeOptions): Promise<Judgement> {
  const facts: { signer?: Signer; claims?: Claims; ofTrust?: true } = {};
  try {
    const sound = readSound(signed, facts, options);
    const digest = readTarget(sound.envelope);
    const claims: Claims = { subjects: [digest], payload: sound.envelope.payload };
    facts.claims = claims;
    if (digest !== target.digest && !target.alsoKnownAs?.includes(digest)) {
      throw new Refusal('wrong', 'subject', `envelope is of ${digest}, wanted ${target.digest}`);
    }
    refuseUnknown(sound.envelope);
    return judgeByTrusts(sound, claims, target, options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error, facts);
  }
}

/** @throws Refusal where the envelope is not well formed, or its signature or its chain does not hold */
function readSound(signed: Signed, facts: { signer?: Signer; ofTrust?: true }, options: JudgeOptions): SoundEnvelope {
  const envelope = readEnvelope(signed);
  const [first, ...others] = reading('certificate of the envelope', 'certificate', () =>
    envelope.chain.map(readCertificate),
  );
  if (first === undefined) throw malformed('envelope has no certificates');
  const chain: readonly [Certificate, ...Certificate[]] = [first, ...others];
  facts.signer = { type: 'certificate', subject: first.subject };
  if (options.trust.some((trust) => holdsOne(trust, chain))) facts.ofTrust = true;
  reading('signature of the envelope', 'signature', () => checkSignature(envelope, first.publicKey));
  const attributes = readAttributes(envelope);
  reading('chain of certificates', 'certificate', () => checkChain(chain, 'codeSigning'));
  return { envelope, attributes, chain };
}

/** Whether a certificate of the chain is in a trust store: its holder made the envelope, or is named as if so. */
function holdsOne(trust: Trust, chain: readonly Certificate[]): boolean {
  if (trust.type !== 'notation') return false;
  return [...trust.stores.values()].flat().some((der) => chain.some(({ raw }) => raw.equals(der)));
}

function readEnvelope({ mediaType, content }: Signed): Envelope {
  if (content.length > MAX_ENVELOPE_BYTES) {
    throw malformed(`envelope has ${content.length} bytes, wanted at most ${MAX_ENVELOPE_BYTES}`);
  }
  if (mediaType === 'application/jose+json') return readJws(content);
  if (mediaType === 'application/cose') return readCose(content);
  const message = `envelope has the media type ${quote(mediaType)}, wanted application/jose+json or application/cose`;
  throw new Refusal('unchecked', 'unsupported', message);
}

function judgeByTrusts(sound: SoundEnvelope, claims: Claims, target: Target, options: JudgeOptions): Judgement {
  const signer: Signer = { type: 'certificate', subject: sound.chain[0].subject };
  const now = options.now ?? new Date();
  const proofs: Proof[] = [];
  const remarks: string[] = [];
  const refusals: Refusal[] = [];
  for (const trust of options.trust) {
    if (trust.type !== 'notation') continue;
    try {
      const acceptance = satisfy(trust, sound, target.repository, now);
      proofs.push({ trust, signer, times: acceptance.times });
      remarks.push(...acceptance.remarks);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(error);
    }
  }
  if (proofs.length > 0)
    return verified(proofs, claims, { signer, ...given({ remarks: remarks.length > 0 ? remarks : undefined }) });
  // An authority that is trusted made it, where a refusal says more than that.
  const first = refusals.find(({ verdict }) => verdict === 'wrong') ?? refusals[0];
  if (first !== undefined)
    return refused(first, { signer, claims, ...(first.verdict === 'wrong' && { ofTrust: true as const }) });
  return unchecked(
    'untrusted',
    `signer ${quote(signer.subject)} is not trusted: no trust policy of notation is given`,
    { signer, claims },
  );
}
