/**
 * The time by which the age of files is told: the clock of the system as it was when the process began, and what has
 * passed since. A clock that is set forward makes no file look old, and a clock that is set back neither.
 */
export function now(): number {
  return Math.min(Date.now(), performance.timeOrigin + performance.now());
}
