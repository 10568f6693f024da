import { Refusal } from '../values/refusal.js';

/** An envelope, or a part of it, that is not well formed. */
export function malformed(message: string): Refusal {
  return new Refusal('wrong', 'malformed', message);
}
