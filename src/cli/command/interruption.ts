import { setMaxListeners } from 'node:events';

const GRACE_MS = 900;
const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Aborts the running command on SIGINT, SIGTERM and SIGHUP. A command that does not stop by itself is ended within a
 * second. Temporary files are removed at exit in both cases.
 */
interface Interruption {
  readonly signal: AbortSignal;
  exitCode(): number | undefined;
  /** For a command that a signal ends on purpose: it has `grace` milliseconds, and its exit code is 0. */
  allow(grace: number): void;
  stop(): void;
}

/** See {@link Interruption}. */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  // Each request listens to the signal, and Node.js warns of more than ten listeners.
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
