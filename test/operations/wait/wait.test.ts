import { describe, expect, it } from 'vitest';
import { RemoraError, type RemoraErrorCode, type RemoraErrorOptions } from '../../../src/errors.js';
import { UntrustedOnly } from '../../../src/operations/wait/untrusted-only.js';
import { type WaitOptions, waitFor } from '../../../src/operations/wait/wait.js';
import { fakeClock } from '../support/fake-clock.js';

const error = (code: RemoraErrorCode, options?: RemoraErrorOptions) => new RemoraError(code, `it is ${code}`, options);

/** Asks for answers one after another; the last one stays. */
function answering(...answers: readonly (string | Error)[]) {
  let asked = 0;
  const reasons: string[] = [];
  const run = (options: WaitOptions & { readonly signal?: AbortSignal }) =>
    waitFor(
      { ...options, onWait: ({ reason, left }) => reasons.push(left > 0 ? reason : `in vain: ${reason}`) },
      async () => {
        const answer = answers[Math.min(asked++, answers.length - 1)] ?? '';
        if (answer instanceof Error) throw answer;
        return answer;
      },
      (answer) => (answer.startsWith('no ') ? answer : undefined),
    );
  return { run, reasons, asked: () => asked };
}

describe('waiting', () => {
  it('asks again after pauses that grow, until the answer stands', async () => {
    const pauses = fakeClock();
    const { run, reasons, asked } = answering('no sbom', error('NOT_FOUND'), 'no sbom', 'no signature', 'all');
    expect(await run({ wait: 60_000 })).toBe('all');
    expect([asked(), pauses]).toEqual([5, [1000, 1500, 2250, 3375]]);
    expect(reasons).toEqual(['no sbom', 'it is NOT_FOUND', 'no sbom', 'no signature']);
  });

  it('tells a reason once, as long as it is the same', async () => {
    fakeClock();
    const { run, reasons } = answering('no sbom');
    expect(await run({ wait: 600_000 })).toBe('no sbom');
    expect(reasons).toEqual(['no sbom', 'in vain: no sbom']);
  });

  it('gives the last answer when the time is over, which is asked for at the end', async () => {
    const pauses = fakeClock();
    const { run, asked } = answering('no sbom', 'no signature');
    expect(await run({ wait: 4000 })).toBe('no signature');
    expect([asked(), pauses]).toEqual([4, [1000, 1500, 1500]]);
    const failing = answering('no sbom', error('BUSY'));
    await expect(failing.run({ wait: 100 })).rejects.toMatchObject({ code: 'BUSY' });
    expect(failing.asked()).toBe(2);
  });

  it('never pauses longer than a quarter of a minute', async () => {
    const pauses = fakeClock();
    await answering('no sbom').run({ wait: 3_600_000 });
    expect(Math.max(...pauses)).toBe(15_000);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(3_600_000);
  });

  it.each([undefined, 0])('asks once with a wait of %s', async (wait) => {
    const pauses = fakeClock();
    const { run, asked, reasons } = answering('no sbom', 'all');
    expect(await run({ wait })).toBe('no sbom');
    expect([asked(), pauses, reasons]).toEqual([1, [], []]);
  });

  it.each([
    error('NOT_FOUND'),
    error('NO_MATCH'),
    error('BUSY'),
    error('TIMEOUT'),
    error('UNREACHABLE'),
    error('UNREACHABLE', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
    error('INCOMPLETE', { cause: error('NOT_FOUND') }),
    error('INCOMPLETE', { cause: error('BUSY') }),
    new UntrustedOnly('another key signed'),
  ])('asks again after %s', async (failure) => {
    fakeClock();
    const { run, asked } = answering(failure, 'all');
    expect(await run({ wait: 10_000 })).toBe('all');
    expect(asked()).toBe(2);
  });

  it.each([
    error('UNAUTHORIZED'),
    error('FORBIDDEN'),
    error('INVALID_ARGUMENT'),
    error('NOT_VERIFIED'),
    error('DIGEST_MISMATCH'),
    error('MALFORMED'),
    error('AMBIGUOUS'),
    error('INCOMPLETE'),
    error('INCOMPLETE', { cause: error('FORBIDDEN') }),
    error('UNREACHABLE', { cause: Object.assign(new Error('no'), { code: 'ENOTFOUND' }) }),
    error('UNREACHABLE', { cause: Object.assign(new Error('no'), { code: 'CERT_HAS_EXPIRED' }) }),
    new TypeError('a mistake'),
  ])('ends at once after %s', async (failure) => {
    const pauses = fakeClock();
    const { run, asked } = answering(failure, 'all');
    await expect(run({ wait: 10_000 })).rejects.toBe(failure);
    expect([asked(), pauses]).toEqual([1, []]);
  });

  it('ends at once when it is interrupted', async () => {
    const controller = new AbortController();
    fakeClock(() => controller.abort());
    const { run, asked } = answering('no sbom');
    await expect(run({ wait: 10_000, signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(asked()).toBe(1);
  });

  it('pauses for real, and ends a pause when it is interrupted', async () => {
    const controller = new AbortController();
    const { run } = answering('no sbom');
    const waiting = run({ wait: 60_000, signal: controller.signal });
    const begun = performance.now();
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(performance.now() - begun).toBeLessThan(900);
  });
});
