/** What the program's one file exports: oclif finds its commands and help there, and `bin.ts` what runs them. */
export { default as commands } from './commands.cjs';
export { default as help } from './help/help.cjs';
export { main } from './main.js';
