import { type Judgement, unchecked } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import type { Signed, Target } from '../values/signed.js';

export async function judgeDsse(_signed: Signed, _target: Target, _options: JudgeOptions): Promise<Judgement> {
  return unchecked('unsupported', 'to be built');
}
