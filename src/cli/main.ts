import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
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
  try {
    await run(argv, { root, userPlugins: false, devPlugins: false });
    // An interrupted command may leave a read of standard input open, which keeps the process alive.
    if (process.exitCode !== undefined && Number(process.exitCode) > 128) process.exit();
  } catch (error) {
    // Commands report their own errors: here arrive help, an unknown command, or a fault.
    const exit = error instanceof Error && 'oclif' in error ? exitOf(error.oclif) : undefined;
    if (exit === 0) process.exitCode = 0;
    else {
      const failure = toRemoraError(error, 'remora', undefined);
      process.exitCode = exitCodeFor(failure);
      if (argv.includes('--json')) process.stdout.write(`${jsonText(errorJson(failure))}\n`);
      else process.stderr.write(errorText(failure, 'remora', process.stderr));
      process.stderr.write(errorCommand(failure, 'remora'));
    }
  }
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
