import { pause } from '../../io/async/pause.js';

/** The time of all who wait. Tests replace it. */
export const clock = {
  /** Milliseconds since some moment. */
  now: () => performance.now(),
  pause,
};
