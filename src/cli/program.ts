/** The entry of the program's bundle: oclif finds commands and help here, and `bin.ts` finds `main`. */
export { default as commands } from './commands.cjs';
export { default as help } from './help/help.cjs';
export { main } from './main.js';
