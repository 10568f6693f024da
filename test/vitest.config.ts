import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants to read what became of the tests. */
const report = process.env.REMORA_TEST_REPORT;

/** Tests of folders whose code keeps nothing for the whole process can share one, and load what they need once. */
const SHARING = ['oci', 'formats', 'operations', 'serve', 'store', 'io', 'trust', 'views', 'browse'].map(
  (folder) => `${folder}/**/*.test.ts`,
);

/** Tests with secrets and tokens, which the process remembers, and what must load anew, have a process of their own. */
const ALONE = [
  'io/{auth,credentials,http}/**/*.test.ts',
  'io/redact*.test.ts',
  'oci/text/json-once.test.ts',
  'serve/{command,pull}.test.ts',
  'store/contract/**/*.test.ts',
  'store/registry/{auth,catalog,hostile,hostile-hosts,upload-resume}.test.ts',
];

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    setupFiles: ['support/equal-bytes.ts', 'support/prompt-timeouts.ts'],
    disableConsoleIntercept: true,
    // Else the text of a style that a module imports is empty.
    css: true,
    // Much of a test is waiting: the runner would leave one processor idle.
    maxWorkers: '100%',
    // Of those tests of a file that wait for settle times and time limits at once.
    maxConcurrency: 10,
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING, exclude: ALONE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: [...ALONE, '{cli,commands,interop,support}/**/*.test.ts', '*.test.ts'],
        },
      },
    ],
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    // What fails on purpose, and is tried again, need not wait as long as it would on a real line.
    // Commands that run in the process of a test print no annotations of the job that runs the tests.
    env: { REMORA_RETRY_DELAY: '5', GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
