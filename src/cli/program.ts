/** What the program's one file exports: oclif finds its commands there, and `bin.ts` what runs them. */
export { default as commands } from './commands.cjs';
export { main } from './main.js';
