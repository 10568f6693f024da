import { expect, it } from 'vitest';
import { directionOf } from '../../src/operations/transfer/transfer.js';

it.each([
  ['registry', 'layout', 'download'],
  ['registry', undefined, 'download'],
  ['layout', 'registry', 'upload'],
  [undefined, 'registry', 'upload'],
  ['registry', 'registry', 'copy'],
  ['archive', 'layout', 'copy'],
  [undefined, undefined, 'copy'],
])('content from %s to %s: %s', (from, to, direction) => {
  expect(directionOf({ ...(from && { from: { kind: from } }), ...(to && { to: { kind: to } }) })).toBe(direction);
});
