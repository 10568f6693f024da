import { isRemoraError, type RemoraErrorCode } from '../../errors.js';
import { isPermanent, networkCode } from '../../io/http/network-error.js';
import type { Session } from '../../store/interfaces/session.js';
import { openSession } from '../../store/open.js';
import type { AccessOptions } from '../places/location.js';
import { clock } from './clock.js';
import { UntrustedOnly } from './untrusted-only.js';

/** The state of a wait. */
export interface Waiting {
  /** The thing that is not there yet, as a sentence without a period. */
  readonly reason: string;
  /** Milliseconds until the wait is over; 0 when it ends without what was waited for. */
  readonly left: number;
}

/** Options of verbs that can wait until something is there. */
export interface WaitOptions {
  /**
   * Milliseconds to ask again while something is missing, is signed by others only, or a place does not answer.
   * @default 0: ask once
   */
  readonly wait?: number | undefined;
  /** Called when the wait begins, when its reason changes, and when it ends without what was waited for. */
  readonly onWait?: ((waiting: Waiting) => void) | undefined;
}

/** Milliseconds before the second question; each later pause is longer. */
const FIRST_PAUSE = 1000;
const GROWTH = 1.5;
const LONGEST_PAUSE = 15_000;

/** Failures that can pass by themselves: a thing that is not there yet, and a place that does not answer. */
const PASSING: readonly RemoraErrorCode[] = ['NOT_FOUND', 'NO_MATCH', 'UNREACHABLE', 'TIMEOUT', 'BUSY'];

/**
 * Asks until nothing is lacking, or the time is over; the last answer is the result. Each question opens the place anew, so
 * that nothing read before answers it; connections and tokens are shared.
 *
 * @param ask one question, with the options that it gets
 * @param lackOf the reason to ask again; undefined for an answer that stands
 * @throws RemoraError `INTERRUPTED`, and as the last question
 */
export async function waitFor<O extends AccessOptions & WaitOptions, T>(
  options: O,
  ask: (options: O) => Promise<T>,
  lackOf: (answer: T) => string | undefined = () => undefined,
): Promise<T> {
  const { wait = 0 } = options;
  if (wait <= 0) return ask(options);
  return withSession(options.session, (session) => askAgain(wait, { ...options, session }, ask, lackOf));
}

async function askAgain<O extends AccessOptions & WaitOptions, T>(
  wait: number,
  options: O,
  ask: (options: O) => Promise<T>,
  lackOf: (answer: T) => string | undefined,
): Promise<T> {
  const end = clock.now() + wait;
  let told: string | undefined;
  const isOver = (reason: string) => {
    if (clock.now() < end) return false;
    options.onWait?.({ reason, left: 0 });
    return true;
  };
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE)) {
    let reason: string | undefined;
    try {
      const answer = await ask(options);
      reason = lackOf(answer);
      if (reason === undefined || isOver(reason)) return answer;
    } catch (error) {
      reason = passingReason(error);
      if (reason === undefined || isOver(reason)) throw error;
    }
    const left = end - clock.now();
    if (reason !== told) options.onWait?.({ reason, left });
    told = reason;
    await clock.pause(Math.min(pause, left), options.signal);
  }
}

/** The reason to ask again after a failure; undefined where the next answer would be the same. */
export function passingReason(error: unknown): string | undefined {
  if (!isRemoraError(error)) return undefined;
  if (error.code === 'INCOMPLETE') return passingReason(error.cause) && error.message;
  const isPassing = PASSING.includes(error.code) && !isPermanent(networkCode(error.cause));
  return isPassing || error instanceof UntrustedOnly ? error.message : undefined;
}

async function withSession<T>(session: Session | undefined, use: (session: Session) => Promise<T>): Promise<T> {
  if (session !== undefined) return use(session);
  const own = await openSession();
  try {
    return await use(own);
  } finally {
    await own.close();
  }
}
