import { preAuthEncoding, readEnvelope } from '../dsse/envelope.js';
import { claimsOf, namesTarget, otherSubject, readStatement } from '../dsse/statement.js';
import { type Judgement, ofTrust, wrong } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import { judged } from '../values/refused.js';
import type { Signed, Target } from '../values/signed.js';
import { judgeDetached } from './detached.js';

/** Judges a DSSE envelope with an in-toto statement: one by itself, or a layer of cosign's `.att` image. */
export async function judgeDsse(signed: Signed, target: Target, options: JudgeOptions): Promise<Judgement> {
  return judged(async () => {
    const envelope = readEnvelope(signed.content);
    const statement = readStatement(envelope);
    const { payload, signatures } = envelope;
    const claims = claimsOf(statement, payload);
    const { annotations, content } = signed;
    const covered = preAuthEncoding(envelope);
    const judgeSignatures = () =>
      judgeDetached({ covered, payload, envelope: content, signatures, annotations, claims }, options);
    if (namesTarget(statement, target)) return judgeSignatures();
    const own = ofTrust(await judged(judgeSignatures));
    return wrong('subject', otherSubject('in-toto statement', claims.subjects, target), { claims, ...own });
  });
}
