/** How every file of `dist` is bundled. */
export const SHARED_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  alias: { undici: './src/io/http/undici-parts.cjs' },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** How the program and the threads are bundled. */
export const PROGRAM_OPTIONS = {
  ...SHARED_OPTIONS,
  format: 'cjs',
  // What is imported when it is used is required then: CommonJS has no other way to load a part of a file.
  supported: { 'dynamic-import': false },
};
