import { isRemoraError } from '../../errors.js';
import { type Judgement, unchecked, wrong } from './judgement.js';

/** Turns a reader's error into a judgement: `MALFORMED` content is wrong, `UNSUPPORTED` content stays unchecked. */
export async function judged(judge: () => Judgement | Promise<Judgement>): Promise<Judgement> {
  try {
    return await judge();
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    if (error.code === 'MALFORMED') return wrong('malformed', error.message);
    if (error.code === 'UNSUPPORTED') return unchecked('unsupported', error.message);
    throw error;
  }
}
