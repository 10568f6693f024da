import { hash } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import { algorithmOf, isDigest, parseDigest } from '../../oci/values/digest.js';
import { type Envelope, preAuthEncoding } from '../dsse/envelope.js';
import { claimsOf, namesTarget, otherSubject, readStatement } from '../dsse/statement.js';
import { type Claims, type Judgement, ofTrust, unchecked, wrong } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import { judged } from '../values/refused.js';
import type { Signed, Target } from '../values/signed.js';
import { judgeEvidence } from './judge-evidence.js';
import { type Bundle, type MessageSignature, readBundle } from './read-bundle.js';

/** A signature of bytes, or of an in-toto statement, with its key's name or certificate, log entries and timestamps. */
export async function judgeBundle(signed: Signed, target: Target, options: JudgeOptions): Promise<Judgement> {
  return judged(async () => {
    const bundle = readBundle(signed.content);
    const { content } = bundle;
    if ('payload' in content) return judgeEnvelope(content, bundle, target, options);
    return judgeMessage(content, bundle, target, options);
  });
}

async function judgeEnvelope(
  envelope: Envelope,
  bundle: Bundle,
  target: Target,
  options: JudgeOptions,
): Promise<Judgement> {
  const statement = readStatement(envelope);
  const { payload, signatures } = envelope;
  const claims = claimsOf(statement, payload);
  const signature = signatures[0]?.sig ?? new Uint8Array();
  const evidence = { ...bundle, signature, covered: preAuthEncoding(envelope), payload };
  if (namesTarget(statement, target)) return judgeEvidence(evidence, claims, options);
  const own = ofTrust(await judged(() => judgeEvidence(evidence, claims, options)));
  return wrong('subject', otherSubject('in-toto statement', claims.subjects, target), { claims, ...own });
}

async function judgeMessage(
  { signature, digest }: MessageSignature,
  bundle: Bundle,
  target: Target,
  options: JudgeOptions,
): Promise<Judgement> {
  if (!isDigest(digest)) throw new RemoraError('MALFORMED', `bundle's messageDigest is not a digest: ${digest}`);
  const claims: Claims = { subjects: [digest] };
  const algorithm = algorithmOf(digest);
  const known = [target.digest, ...(target.alsoKnownAs ?? [])].find((one) => algorithmOf(one) === algorithm);
  if (known !== undefined && known !== digest) {
    return wrong('subject', otherSubject('bundle', claims.subjects, { ...target, digest: known }), { claims });
  }
  if (target.bytes === undefined) {
    return unchecked('missing', `content of ${target.digest} is not at hand, wanted it for a signature of its bytes`, {
      claims,
    });
  }
  const covered = await target.bytes();
  const found = parseDigest(`${algorithm}:${hash(algorithm, covered, 'hex')}`);
  if (found !== digest) return wrong('digest', `bundle is of ${digest}, and the content has ${found}`, { claims });
  return judgeEvidence({ ...bundle, signature, covered, payload: covered }, claims, options);
}
