import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './peers.js';
import { tempDir } from './temp.js';

/** Other programs that examples name: they are not run. */
const OTHERS = ['aws', 'az', 'gcloud', 'helm', 'jq', 'kubectl', 'syft', 'tar'];

/** Files that the jobs of pages have made before, for the patterns of lines. */
const MADE = ['rows/1.jsonl', 'rows/2.jsonl'];

/**
 * The words that `remora` gets where a line is pasted into a shell. A pattern that fits no file is an error there, as it
 * is in zsh.
 */
export async function shellCommands(line: string): Promise<string[][]> {
  const functions = OTHERS.map((name) => `${name}() { :; }`).join('; ');
  const script = `shopt -s failglob; ${functions}; remora() { local IFS=$'\\x1f'; printf '%s\\n' "$*" >&3; }
{ ${line}\n} 3>&1 >/dev/null </dev/null`;
  const cwd = await tempDir();
  for (const file of MADE) {
    await mkdir(join(cwd, dirname(file)), { recursive: true });
    await writeFile(join(cwd, file), '');
  }
  const { stdout, stderr } = await run('bash', ['-c', script], { cwd });
  if (stderr !== '') throw new Error(`${line}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((words) => words !== '')
    .map((words) => words.split('\x1f'));
}
