import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import type { RemoraError } from '../errors.js';
import { exitCodeFor } from './command/exit-codes.js';
import { errorCommand, errorJson, errorText, toRemoraError } from './output/error.js';
import { watchOutput } from './output/streams.js';
import { jsonText } from './output/text.js';

/**
 * Runs the command line to its end, and sets `process.exitCode`.
 *
 * @param root the folder of the package that oclif reads
 */
export async function main(argv: string[], root: string): Promise<void> {
  watchOutput();
  refuseSettings();
  const options = { root, userPlugins: false, devPlugins: false };
  try {
    await run(await helpBehind(jsonBehind(argv), options), options);
    // An interrupted command may leave a read of standard input open, which keeps the process alive.
    if (process.exitCode !== undefined && Number(process.exitCode) > 128) process.exit();
  } catch (error) {
    // Commands report their own errors: here arrive help, an unknown command, or a fault.
    const exit = error instanceof Error && 'oclif' in error ? exitOf(error.oclif) : undefined;
    if (exit === 0) process.exitCode = 0;
    else {
      const failure = (await unknown(error, argv, options)) ?? toRemoraError(error, 'remora', undefined);
      process.exitCode = exitCodeFor(failure);
      if (argv.includes('--json')) process.stdout.write(`${jsonText(errorJson(failure))}\n`);
      else process.stderr.write(errorText(failure, 'remora', process.stderr));
      process.stderr.write(errorCommand(failure, 'remora'));
    }
  }
}

/** `remora --json discover …` as oclif reads it: a command comes before its flags. */
function jsonBehind(argv: string[]): string[] {
  if (argv[0] !== '--json' || argv.length === 1) return argv;
  const [, ...rest] = argv;
  const end = rest.indexOf('--');
  return end < 0 ? [...rest, '--json'] : rest.toSpliced(end, 0, '--json');
}

/** `remora discover help` and `remora repo tags help` as `--help`, where no file has that name. */
async function helpBehind(argv: string[], options: { readonly root: string }): Promise<string[]> {
  if (argv.length < 2 || argv.length > 3 || argv.at(-1) !== 'help' || argv[0] === 'help' || existsSync('help'))
    return argv;
  const { commandIDs, topics } = await Config.load(options);
  const words = argv.slice(0, -1);
  const isKnown = commandIDs.includes(words.join(':')) || topics.some(({ name }) => name === words.join(' '));
  return isKnown ? [...words, '--help'] : argv;
}

/** The error for words that are not a command, with the one that may be meant; undefined for other errors. */
async function unknown(
  error: unknown,
  argv: readonly string[],
  options: { readonly root: string },
): Promise<RemoraError | undefined> {
  if (!(error instanceof Error) || !/^command .* not found\.?$/is.test(stripVTControlCharacters(error.message)))
    return undefined;
  const [{ flagFirst, unknownCommand }, { PAGES, SHARED }, config] = await Promise.all([
    import('./hints/did-you-mean.js'),
    import('./help/shared.js'),
    Config.load(options),
  ]);
  const [first = '', ...others] = argv[0] === '--json' ? argv.slice(1) : argv;
  if (/^[-\u2010-\u2015\u2212]/.test(first)) return flagFirst(first.replace(/^[\u2010-\u2015\u2212]+-?/, '--'));
  const help = first === 'help';
  const words = help ? others : [first, ...others];
  const end = words.findIndex((word) => word.startsWith('-'));
  return unknownCommand(words.slice(0, end < 0 ? words.length : end), {
    commands: config.commandIDs.map((id) => id.replaceAll(':', ' ')),
    topics: config.topics.map(({ name }) => name),
    pages: help ? [...SHARED.map(({ name }) => name), ...PAGES.map(([name]) => name)] : [],
  });
}

/**
 * remora has no plugins, no themes and no settings of oclif: whoever owns `HOME`, or places a file there, would decide
 * what runs.
 */
function refuseSettings(): void {
  Config.prototype.loadTheme = async () => undefined;
  // `REMORA_DATA_DIR`, `REMORA_CONTENT_TYPE` and others.
  Config.prototype.scopedEnvVar = () => undefined;
}

function exitOf(oclif: unknown): number | undefined {
  return typeof oclif === 'object' && oclif !== null && 'exit' in oclif && typeof oclif.exit === 'number'
    ? oclif.exit
    : undefined;
}
