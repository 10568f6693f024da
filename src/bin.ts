#!/usr/bin/env node
import { loadCompiled } from './cli/compiled.js';

/** The exports of the program's bundle. */
interface Program {
  readonly main: (argv: string[], url: string) => Promise<void>;
}

const argv = process.argv.slice(2);
const { main } = loadCompiled<Program>(new URL('program.cjs', import.meta.url), argv);
await main(argv, import.meta.url);
