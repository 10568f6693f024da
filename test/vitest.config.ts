import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants to read what became of the tests. */
const report = process.env.REMORA_TEST_REPORT;

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.test.ts'],
    setupFiles: ['support/equal-bytes.ts', 'support/prompt-timeouts.ts'],
    disableConsoleIntercept: true,
    // Most of a test is waiting; the runner leaves one processor idle otherwise, which is half of a machine of CI.
    maxWorkers: '100%',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    // What fails on purpose, and is tried again, need not wait as long as it would on a real line.
    env: { REMORA_RETRY_DELAY: '5' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
