import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.bench.ts'],
    disableConsoleIntercept: true,
    // One at a time: they share two cores with what they measure.
    fileParallelism: false,
    reporters: ['default'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
