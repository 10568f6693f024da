#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from './io/files/system-error.js';

/** The exports of the program's bundle. */
interface Program {
  readonly main: (argv: string[], root: string) => Promise<void>;
}

/** Name and version of the package: the build puts them in. */
declare const PACKAGE: string;

const argv = process.argv.slice(2);
if ((argv[0] !== '--version' && argv[0] !== '-v') || !isWritten(version())) void runProgram();

async function runProgram(): Promise<void> {
  const { loadCompiled } = await import('./cli/compiled.js');
  const { main } = loadCompiled<Program>(path.join(__dirname, 'program.cjs'), argv);
  await main(argv, path.dirname(__dirname));
}

/** The line that oclif prints. */
function version(): string {
  const { arch, platform, versions } = process;
  const engine = versions.bun === undefined ? `node-${process.version}` : `bun-v${versions.bun}`;
  return `${PACKAGE} ${platform}-${arch === 'ia32' ? 'x86' : arch} ${engine}\n`;
}

/** Writes to standard output without its stream, which takes a tenth of the start of Node.js. Where that fails, the program writes. */
function isWritten(text: string): boolean {
  try {
    return fs.writeSync(1, text) === text.length;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
