import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PeerProcess } from './peers.js';
import { PROGRAM } from './remora.js';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `remora serve` over a fresh directory, as a process of its own. */
export async function startRemora(...flags: readonly string[]): Promise<PeerProcess & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'remora-serve-'));
  const [command, ...words] = PROGRAM;
  const child = spawn(command, [...words, 'serve', '--port', '0', '--quiet', ...flags, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const exit = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exit]);
  if (typeof line !== 'string') throw new Error(`remora serve ended with ${line} before it listened`);
  return {
    host: line.replace(/^https?:\/\//, ''),
    directory,
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM');
      await exit;
      running.delete(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
