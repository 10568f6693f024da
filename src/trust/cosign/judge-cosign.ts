import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { readBase64 } from '../dsse/base64.js';
import { otherSubject } from '../dsse/statement.js';
import { type Judgement, ofTrust, wrong } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import { judged } from '../values/refused.js';
import type { Signed, Target } from '../values/signed.js';
import { CosignAnnotation } from './annotations.js';
import { judgeDetached } from './detached.js';
import { readSimpleSigning, SIMPLE_SIGNING } from './simple-signing.js';

/** Judges a layer of cosign's `.sig` image: its content is the payload, an annotation holds the signature. */
export async function judgeCosign(signed: Signed, target: Target, options: JudgeOptions): Promise<Judgement> {
  return judged(async () => {
    const { content: payload, mediaType, annotations } = signed;
    if (mediaType !== SIMPLE_SIGNING) {
      throw new RemoraError('UNSUPPORTED', `signed payload is ${quote(mediaType)}, wanted ${SIMPLE_SIGNING}`);
    }
    const subject = readSimpleSigning(payload);
    const claims = { subjects: [subject], payload };
    const judgeSignature = () => {
      const sig = signatureIn(annotations[CosignAnnotation.signature]);
      return judgeDetached({ covered: payload, payload, signatures: [{ sig }], annotations, claims }, options);
    };
    if (subject === target.digest) return judgeSignature();
    const own = ofTrust(await judged(judgeSignature));
    return wrong('subject', otherSubject('signed payload', [subject], target), { claims, ...own });
  });
}

function signatureIn(text: string | undefined): Uint8Array {
  const what = `annotation ${CosignAnnotation.signature}`;
  if (text !== undefined && text !== '') return readBase64(text, what);
  throw new RemoraError('MALFORMED', `layer has no ${what}`);
}
