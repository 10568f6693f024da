import { setFlagsFromString } from 'node:v8';

const LATER_MS = 1000;

/**
 * Lets V8 optimize code after a second only: most commands end before it pays. For a list of 2,000 the threads that
 * optimize take a third of the CPU.
 *
 * @returns lets it at once
 */
export function optimizeLater(): () => void {
  setFlagsFromString('--no-opt');
  // Compiled code is kept for the flags that it was compiled with: the command ends with those that it began with.
  const optimize = () => setFlagsFromString('--opt');
  const timer = setTimeout(optimize, LATER_MS).unref();
  return () => {
    clearTimeout(timer);
    optimize();
  };
}
