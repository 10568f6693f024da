import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Started, start } from '../../commands/support/start.js';
import { tempDir } from '../../support/temp.js';

export interface RunningServer extends Started {
  /** The first line of its output. */
  readonly first: string;
  /** Where it listens, as it says itself. */
  readonly url: string;
}

/** Starts `remora serve` on a free port and waits for its first line. */
export async function startServe(directory: string, ...words: string[]): Promise<RunningServer> {
  const started = start(['serve', '--port', '0', ...words, directory], {});
  const [first] = await Promise.race([
    once(createInterface(started.child.stdout), 'line').then(([line]) => [String(line)]),
    started.done.then(({ stdout, stderr }) => Promise.reject(new Error(`it ended: ${stdout}${stderr}`))),
  ]);
  const url = /https?:\/\/[^"\s]+/.exec(first ?? '')?.[0];
  if (url === undefined) throw new Error(`no address in ${first}`);
  return { ...started, first: first ?? '', url };
}

/** Sends a signal and gives what came of it. */
export async function end({ child, done }: Started, signal: NodeJS.Signals = 'SIGTERM') {
  const moment = performance.now();
  child.kill(signal);
  const { code, stdout, stderr, since } = await done;
  return { code, stdout, lines: stderr.split('\n').slice(0, -1), ms: since(moment) };
}

/** A certificate for 127.0.0.1 that signs itself; undefined without openssl. */
export async function certificate(): Promise<{ readonly certFile: string; readonly keyFile: string } | undefined> {
  const run = promisify(execFile);
  const there = await run('openssl', ['version']).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const directory = await tempDir();
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1';
  await run('openssl', [...words.split(' '), '-keyout', keyFile, '-out', certFile]);
  return { certFile, keyFile };
}
