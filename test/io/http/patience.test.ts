import { expect, it } from 'vitest';
import { Patience } from '../../../src/io/http/patience.js';

/** The patience with a host for a minute, and a clock in seconds. */
function patient() {
  let now = 0;
  const patience = new Patience(60_000, () => now * 1000);
  return {
    patience,
    /** Whether a request that is refused at this second may wait for one more. */
    refused: (second: number) => {
      now = second;
      return patience.mayWait(1000);
    },
  };
}

it('is over for all requests after the time of one', () => {
  const { refused } = patient();
  expect([0, 1, 30, 58, 59, 60, 61, 100].map(refused)).toEqual([true, true, true, true, true, false, false, false]);
});

it('begins anew when a wait has helped', () => {
  const { patience, refused } = patient();
  expect([0, 30, 59].map(refused)).toEqual([true, true, true]);
  patience.answered(true);
  expect([61, 120].map(refused)).toEqual([true, true]);
  expect(refused(121)).toBe(false);
  patience.answered(true);
  expect(refused(122)).toBe(true);
});

it('does not begin anew with other answers, unless there are many in a row', () => {
  const { patience, refused } = patient();
  for (let second = 0; second < 60; second++) {
    refused(second);
    for (let n = 0; n < 20; n++) patience.answered(false);
  }
  expect(refused(61)).toBe(false);
  for (let n = 0; n < 100; n++) patience.answered(false);
  expect(refused(62)).toBe(true);
});

it('begins anew after as long without a refusal', () => {
  const { refused } = patient();
  expect([0, 30, 60, 119].map(refused)).toEqual([true, true, false, false]);
  expect(refused(180)).toBe(true);
});
