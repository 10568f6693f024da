import { expect, it } from 'vitest';
import { newestFirst, tagRange } from '../../../src/oci/names/tag-range.js';

it.each([
  ['^1.2', '1.2.0', true],
  ['^1.2', 'v1.9.3', true],
  ['^1.2', '2.0.0', false],
  ['^1.2', '1.1.9', false],
  ['>=1.4 <2', '1.4.0', true],
  ['1.x || 3.x', '3.0.1', true],
  ['1.x || 3.x', '2.0.1', false],
  ['1.2 - 1.4', '1.4.7', true],
  ['v1', 'v1.0.0', true],
  ['*', '0.0.1', true],
  // A prerelease only where the range names one of the same version.
  ['*', '1.0.0-rc.1', false],
  ['^1.2', '1.3.0-rc.1', false],
  ['^1.2', '2.0.0-rc.1', false],
  ['>=1.3.0-0 <2', '1.3.0-rc.1', true],
  ['>=1.3.0-0 <2', '1.4.0-rc.1', false],
  ['^1.2', '1.2.3-alpine', false],
  // Helm's tags: a tag cannot have `+`.
  ['^1.2', '1.2.3_build.4', true],
  // Not a whole version.
  ['*', '1.2', false],
  ['*', '1', false],
  ['*', 'latest', false],
  ['*', '1.2.3.4', false],
  ['*', '01.2.3', false],
  ['*', '=1.2.3', false],
  ['*', '2024-01-31', false],
  ['*', '', false],
])('%j has %j: %j', async (range, tag, isWithin) => {
  expect((await tagRange(range))(tag)).toBe(isWithin);
});

it.each(['', '  ', 'latest', '^', '1.x || latest', '1.2.3.4', '!1', '1.2 -', `1.2.3${' 1.2.3'.repeat(200)}`])(
  'refuses %j, which is not a range',
  async (range) => {
    await expect(tagRange(range)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('is not a range of versions'),
      found: range,
    });
  },
);

it('orders versions by number, the newest first, and other tags behind them by text', async () => {
  const tags = ['latest', 'v1.9.0', '1.10.0', '1.10.0-rc.2', '1.10.0-rc.10', '1', 'edge', '1.10.0_1', '2.0.0'];
  expect(tags.sort(await newestFirst())).toEqual([
    '2.0.0',
    '1.10.0_1',
    '1.10.0',
    '1.10.0-rc.10',
    '1.10.0-rc.2',
    'v1.9.0',
    '1',
    'edge',
    'latest',
  ]);
});
