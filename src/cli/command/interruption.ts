import { setMaxListeners } from 'node:events';

const GRACE_MS = 900;
const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Aborts the running command on Ctrl-C and the like, and ends the process within a second even where something does not
 * let go. Temporary files are removed on the way out in both cases.
 */
interface Interruption {
  readonly signal: AbortSignal;
  exitCode(): number | undefined;
  /** For a command that is ended this way on purpose: it has that many milliseconds, and ends well. */
  allow(grace: number): void;
  stop(): void;
}

/** See {@link Interruption}. */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  // Each request that is under way or waits listens, and Node.js would warn of more than ten.
  setMaxListeners(0, controller.signal);
  let code: number | undefined;
  let grace = GRACE_MS;
  let expected = false;
  const handlers = Object.entries(SIGNALS).map(([name, exitCode]) => {
    const handler = () => {
      if (code !== undefined) process.exit(exitCode);
      code = exitCode;
      controller.abort(new Error(name));
      setTimeout(() => process.exit(exitCode), grace).unref();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return {
    signal: controller.signal,
    exitCode: () => (expected ? undefined : code),
    allow: (ms) => {
      grace = ms;
      expected = true;
    },
    stop: () => {
      for (const remove of handlers) remove();
    },
  };
}
