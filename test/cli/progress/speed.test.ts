import { expect, it } from 'vitest';
import { Speed } from '../../../src/cli/progress/speed.js';

it('is that of the last five seconds, once there is one', () => {
  const speed = new Speed();
  for (let at = 0; at <= 900; at += 100) speed.tell(at, at);
  expect(speed.perSecond(900)).toBeUndefined();
  for (let at = 1000; at <= 10_000; at += 100) speed.tell(at, at);
  expect(speed.perSecond(10_000)).toBeCloseTo(1000, 0);
  for (let at = 10_100; at <= 16_000; at += 100) speed.tell(10_000 + (at - 10_000) * 5, at);
  expect(speed.perSecond(16_000)).toBeCloseTo(5000, 0);
});

it('falls to nothing where nothing comes any more, and begins anew with the transfer', () => {
  const speed = new Speed();
  for (let at = 0; at <= 2000; at += 100) speed.tell(at * 10, at);
  expect(speed.perSecond(2000)).toBeCloseTo(10_000, 0);
  expect(speed.perSecond(20_000)).toBeLessThan(50);
  speed.tell(0, 20_100);
  expect(speed.perSecond(20_500)).toBeUndefined();
});
