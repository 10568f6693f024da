import { run } from './peers.js';
import { tempDir } from './temp.js';

/** Other programs that examples name: they are not run. */
const OTHERS = ['aws', 'az', 'gcloud', 'helm', 'jq', 'kubectl', 'syft', 'tar'];

/**
 * The words that `remora` gets where a line is pasted into a shell. A pattern that fits no file is an error there, as it
 * is in zsh.
 */
export async function shellCommands(line: string): Promise<string[][]> {
  const functions = OTHERS.map((name) => `${name}() { :; }`).join('; ');
  const script = `shopt -s failglob; ${functions}; remora() { local IFS=$'\\x1f'; printf '%s\\n' "$*" >&3; }
{ ${line}\n} 3>&1 >/dev/null </dev/null`;
  const { stdout, stderr } = await run('bash', ['-c', script], { cwd: await tempDir() });
  if (stderr !== '') throw new Error(`${line}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((words) => words !== '')
    .map((words) => words.split('\x1f'));
}
