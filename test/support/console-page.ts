import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { run } from './peers.js';

const BLOCK = /(?<=^```console\n)[\s\S]*?(?=^```$)/gm;
/** The server, home and folder of a page, in whose place are those of a test. */
const [PAGE_HOST, PAGE_HOME] = ['127.0.0.1:15000', '/home/ann'];

export interface Newcomer {
  /** An empty directory. */
  readonly home: string;
  /** The directory with `remora`, and those with all that a page needs beside it. */
  readonly path: string;
}

export interface FollowedPage {
  /** The page as it is. */
  readonly written: string;
  /** The page with the output that its commands have really printed. */
  readonly made: string;
}

/**
 * Types each command of a page, one after another, on a terminal of 80 columns in a home of its own. `remora serve` of the page
 * goes on until the end, on a free port.
 */
export async function followPage(file: string, { home, path }: Newcomer): Promise<FollowedPage> {
  const written = await readFile(file, 'utf8');
  const env = {
    ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
    HOME: home,
    PATH: path,
    TERM: 'xterm',
    NO_COLOR: '1',
  };
  const blocks: string[] = [];
  let host = '';
  for (const [block] of written.matchAll(BLOCK)) {
    const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command);
    const serves = commands.at(-1)?.startsWith('remora serve ') ?? false;
    const typed = (serves ? commands.slice(0, -1) : commands).map((command) => command.replaceAll(PAGE_HOST, host));
    let made = await onTerminal(typed, home, env);
    if (serves) {
      const command = commands.at(-1) ?? '';
      host = await serve(command.replace(/--port \d+/, '--port 0'), home, env);
      made += `$ ${command}\nhttp://${host}\n`;
    }
    blocks.push(made.replaceAll(host === '' ? PAGE_HOST : host, PAGE_HOST).replaceAll(home, PAGE_HOME));
  }
  return { written, made: written.replaceAll(BLOCK, () => blocks.shift() ?? '') };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The commands and both of their streams, as a terminal of 80 columns shows them. */
async function onTerminal(commands: readonly string[], cwd: string, env: Environment): Promise<string> {
  if (commands.length === 0) return '';
  // A command may read the exit code of the one before.
  const say = 'say() { local code=$?; printf "$ %s\\n" "$1"; return $code; }';
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const TYPED = [say, ...commands.flatMap((command) => [`say ${quoted(command)}`, command])].join('\n');
  const command = 'stty cols 80 rows 50; bash -c "$TYPED"';
  const { stdout } = await run('script', ['-qec', command, '/dev/null'], { cwd, env: { ...env, TYPED } });
  return stdout.replaceAll('\r\n', '\n');
}

/** The host of the server that a command starts, until the test is done. */
async function serve(command: string, cwd: string, env: Environment): Promise<string> {
  const child = spawn('bash', ['-c', `exec ${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exit]);
  if (typeof line !== 'string') throw new Error(`${command} ended with ${line} before it listened`);
  return line.replace('http://', '');
}
