import { judgeCosign } from './cosign/judge-cosign.js';
import { judgeDsse } from './cosign/judge-dsse.js';
import { judgeNotation } from './notation/judge-notation.js';
import { judgeBundle } from './sigstore/judge-bundle.js';
import type { Judgement } from './values/judgement.js';
import type { JudgeOptions } from './values/options.js';
import type { Signed, SignedForm, Target } from './values/signed.js';

type Judge = (signed: Signed, target: Target, options: JudgeOptions) => Promise<Judgement>;

const JUDGES: Readonly<Record<SignedForm, Judge>> = {
  cosign: judgeCosign,
  dsse: judgeDsse,
  bundle: judgeBundle,
  notation: judgeNotation,
};

/**
 * Judges one signature of a target: whether a given trust made it, and whether it holds. It reads no file, asks nobody and
 * throws for no content: odd content is `wrong` or `unchecked`.
 */
export async function judge(signed: Signed, target: Target, options: JudgeOptions): Promise<Judgement> {
  return JUDGES[signed.form](signed, target, options);
}
