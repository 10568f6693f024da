import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Holds requests until the client sends no more of them, and then lets all of them pass at once. How often that happened
 * is the number of requests in series, whatever else the machine does. Client and server share a process.
 */
export interface Rounds {
  /** How often all waiting requests were let pass. */
  count: number;
  /** Waits until the client can do no more without an answer. */
  wait(response: ServerResponse): Promise<void>;
}

/** Turns of the event loop in which nothing may happen; a new connection takes about five. */
const QUIET_TURNS = 200;

/** Work that the process waits for, besides answers: files, and connections that are being made. */
const WORK = /Req|ConnectWrap|WriteWrap|ShutdownWrap|Zlib/;

export function createRounds(): Rounds {
  const waiting = new Set<() => void>();
  let answering = 0;
  let isWatching = false;
  const watch = async () => {
    isWatching = true;
    for (let quiet = 0, seen = 0; waiting.size > 0; await turn()) {
      const isQuiet = answering === 0 && waiting.size === seen && !process.getActiveResourcesInfo().some(isWork);
      quiet = isQuiet ? quiet + 1 : 0;
      seen = waiting.size;
      if (quiet < QUIET_TURNS) continue;
      rounds.count++;
      answering = waiting.size;
      for (const pass of waiting) pass();
      waiting.clear();
      quiet = 0;
    }
    isWatching = false;
  };
  const rounds: Rounds = {
    count: 0,
    wait: (response) =>
      new Promise((resolve) => {
        waiting.add(resolve);
        // The client may go away meanwhile.
        response.once('close', () => {
          if (!waiting.delete(resolve)) answering--;
        });
        if (!isWatching) void watch();
      }),
  };
  return rounds;
}

function isWork(resource: string): boolean {
  return WORK.test(resource);
}
