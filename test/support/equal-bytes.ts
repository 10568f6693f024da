import { expect } from 'vitest';

// The runner looks at a Buffer element by element otherwise: a second for a megabyte, in which the test only waits.
expect.addEqualityTesters([
  (one: unknown, other: unknown) => (Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : undefined),
]);
