import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HostGate } from '../../../src/io/http/host-gate.js';

/** How many of so many callers have passed, which is known after the microtasks of this moment. */
async function passed(gate: HostGate, callers: number): Promise<() => Promise<number>> {
  let count = 0;
  for (let n = 0; n < callers; n++) void gate.enter().then(() => count++);
  return async () => {
    await sleep(1);
    return count;
  };
}

function leave(gate: HostGate, times: number, status: number | undefined = 200): void {
  for (let n = 0; n < times; n++) gate.leave(status);
}

it('lets so many pass, and one more for each that leaves', async () => {
  const gate = new HostGate(3);
  const count = await passed(gate, 5);
  expect(await count()).toBe(3);
  gate.leave(200);
  expect(await count()).toBe(4);
  gate.leave(undefined);
  expect(await count()).toBe(5);
  leave(gate, 3);
  expect(await (await passed(gate, 4))()).toBe(3);
});

it('lets half as many pass after each 429, one at least', async () => {
  const gate = new HostGate(8);
  const limits: number[] = [];
  for (let n = 0; n < 5; n++) {
    await gate.enter();
    gate.leave(429);
    limits.push(gate.limit);
  }
  expect(limits).toEqual([4, 2, 1, 1, 1]);
  const count = await passed(gate, 3);
  expect(await count()).toBe(1);
  gate.leave(200);
  expect(await count()).toBe(2);
  gate.leave(200);
  expect(await count()).toBe(3);
});

it('rises again by one after ten good answers, not above where it began', async () => {
  const gate = new HostGate(4);
  await gate.enter();
  gate.leave(429);
  const limits: number[] = [];
  for (let n = 0; n < 40; n++) {
    await gate.enter();
    gate.leave(n % 2 === 0 ? 200 : 500);
    limits.push(gate.limit);
  }
  expect(limits.filter((limit) => limit === 2)).toHaveLength(9);
  expect(limits.filter((limit) => limit === 3)).toHaveLength(10);
  expect(limits.at(-1)).toBe(4);
});

it('counts good answers anew after a 429, and a failure without an answer not at all', async () => {
  const gate = new HostGate(4);
  const answer = async (status?: number) => {
    await gate.enter();
    gate.leave(status);
  };
  await answer(429);
  for (let n = 0; n < 9; n++) await answer(200);
  await answer(429);
  expect(gate.limit).toBe(1);
  for (let n = 0; n < 9; n++) await answer(200);
  for (let n = 0; n < 5; n++) await answer();
  expect(gate.limit).toBe(1);
  await answer(200);
  expect(gate.limit).toBe(2);
});

it('is closed for as long as the host asked for, and the longer wait wins', async () => {
  const gate = new HostGate(2);
  const began = performance.now();
  gate.closeFor(80);
  gate.closeFor(10);
  const count = await passed(gate, 3);
  await sleep(30);
  expect(await count()).toBe(0);
  await sleep(70);
  expect(await count()).toBe(2);
  expect(performance.now() - began).toBeGreaterThanOrEqual(80);
  gate.leave(200);
  expect(await count()).toBe(3);
});

it('lets nobody wait who was interrupted, before, in the queue, or while it is closed', async () => {
  const gate = new HostGate(1);
  const aborted = { code: 'INTERRUPTED' };
  await expect(gate.enter(AbortSignal.abort())).rejects.toMatchObject(aborted);
  await gate.enter();
  const controller = new AbortController();
  const queued = gate.enter(controller.signal);
  controller.abort();
  await expect(queued).rejects.toMatchObject(aborted);
  gate.leave(200);
  gate.closeFor(10_000);
  await expect(gate.enter(AbortSignal.timeout(5))).rejects.toMatchObject(aborted);
});

it('gives the turn of one that went away to the next in the queue', async () => {
  const gate = new HostGate(1);
  await gate.enter();
  const [first, second] = [new AbortController(), new AbortController()];
  const gone = gate.enter(first.signal).catch(() => 'gone');
  const alsoGone = gate.enter(second.signal).catch(() => 'gone');
  const next = gate.enter();
  first.abort();
  expect(await gone).toBe('gone');
  gate.leave(200);
  // It was woken in this moment, and does not take its turn.
  second.abort();
  expect(await alsoGone).toBe('gone');
  await expect(Promise.race([next.then(() => 'passed'), sleep(500, 'waits')])).resolves.toBe('passed');
});
