import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants to read what became of the tests. */
const report = process.env.REMORA_TEST_REPORT;

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.test.ts'],
    disableConsoleIntercept: true,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
