import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, rmSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'vitest';

/** The foreign tools, registries, a browser and other versions of Node.js that `.ci/peers` installs. */
export const PEERS = [
  'oras',
  'regctl',
  'crane',
  'cosign',
  'skopeo',
  'umoci',
  'docker-registry',
  'registry3',
  'api-registry',
  'notation-signer',
  'olareg',
  'helm',
  'node22',
  'node24',
  'node26',
  'strace',
  'zsh',
  'fish',
  'mandoc',
  'chromium-headless-shell',
  'playwright-core',
  'axe-core',
  'mermaid',
  'dot',
] as const;
export type PeerName = (typeof PEERS)[number];

/** The absolute path of a peer: from the cache of `.ci/peers` first, then from the PATH. */
export function peer(name: PeerName): string | undefined {
  const cache = process.env.REMORA_PEERS ?? join(homedir(), '.cache', 'remora', 'peers');
  const folders = [join(cache, 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Several programs one after another, on a machine that may be busy with other tests. */
const TIMEOUT = 180_000;

/**
 * A `describe` that needs peers. `REMORA_INTEROP` says what becomes of it:
 *
 * - not set: it runs where the peers are, and is skipped with their names where one is missing
 * - `required`: it fails where one is missing (`.ci/run`, after `.ci/peers`)
 * - `off`: it is skipped (`.ci/run`, in the first run of all tests, so that nothing runs twice)
 */
export function describeWithPeers(title: string, names: readonly PeerName[], fn: () => void): void {
  const mode = process.env.REMORA_INTEROP;
  const missing = names.filter((name) => peer(name) === undefined).join(', ');
  if (mode === 'off') {
    describe.skip(`${title} (skipped by REMORA_INTEROP=off)`, fn);
  } else if (missing === '') {
    describe(title, { timeout: TIMEOUT }, fn);
  } else if (mode === 'required') {
    test(`${title}: needs ${missing}`, () => {
      throw new Error(`${missing}: not found, and REMORA_INTEROP=required; run .ci/peers`);
    });
  } else {
    describe.skip(`${title} (skipped without ${missing}, see .ci/peers)`, fn);
  }
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the command reads on its standard input, else nothing. */
  readonly input?: string | Uint8Array;
}

export interface RunResult {
  /** `null` when a signal ended it, as happens after two minutes. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a peer by its name, or any program by its path. A failure of the program is a result, not an error. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const name = PEERS.find((candidate) => candidate === command);
  const child = spawn((name && peer(name)) ?? command, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  // A program may end without reading all of its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

export interface PeerRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  close(): Promise<void>;
}

/** A registry that is a process of its own. */
export interface PeerProcess extends PeerRegistry {
  readonly pid: number;
}

/** distribution 3: no Referrers API. */
export function startDistribution3(): Promise<PeerProcess> {
  return start('registry3', distributionArguments);
}

/** distribution 2.8: no Referrers API. */
export function startDistribution2(): Promise<PeerProcess> {
  return start('docker-registry', distributionArguments);
}

/** go-containerregistry's registry with its Referrers API; in memory. */
export function startApiRegistry(): Promise<PeerProcess> {
  return start('api-registry', async () => []);
}

/** olareg with its Referrers API: quick with many; in memory. */
export async function startOlareg(): Promise<PeerProcess> {
  // It does not tell the port that it got for port 0.
  const port = await freePort();
  const args = [
    'serve',
    '--addr',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--store-type',
    'mem',
    '--api-delete',
    '--api-blob-delete',
  ];
  return start('olareg', async () => args, port);
}

/** `crane registry serve`: no Referrers API. */
export function startCraneRegistry(): Promise<PeerProcess> {
  return start('crane', async (dir) => ['registry', 'serve', '--address', '127.0.0.1:0', '--disk', dir]);
}

async function distributionArguments(dir: string): Promise<string[]> {
  const config = {
    version: '0.1',
    // The port is announced at this level.
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, 'storage') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
  };
  const path = join(dir, 'config.yml');
  await writeFile(path, JSON.stringify(config));
  return ['serve', path];
}

const ANNOUNCEMENT = /(?:listening on 127\.0\.0\.1:|serving on port )(\d+)["\s]/;

// A failed test leaves its registries running, and vitest ends its workers with SIGTERM.
const running = new Map<ChildProcess, string>();
function reap(): void {
  for (const [child, dir] of running) {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}
process.once('exit', reap);
process.once('SIGTERM', () => {
  reap();
  process.kill(process.pid, 'SIGTERM');
});

/** Every registry binds port 0 and says which port it got, so that none can be lost to another process in between. */
async function start(name: PeerName, args: (dir: string) => Promise<string[]>, port?: number): Promise<PeerProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'remora-peer-'));
  const logPath = join(dir, 'log');
  const log = await open(logPath, 'w');
  const child = spawn(peer(name) ?? name, await args(dir), {
    stdio: ['ignore', log.fd, log.fd],
    // distribution 3 sends its traces to port 4318 otherwise.
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  const exit = once(child, 'exit');
  exit.catch(() => {});
  running.set(child, dir);
  const close = async () => {
    child.kill('SIGKILL');
    await exit.catch(() => {});
    running.delete(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await once(child, 'spawn');
    const host = `127.0.0.1:${port ?? (await announcedPort(child, logPath))}`;
    if (port !== undefined) await openPort(child, port);
    const answer = await fetch(`http://${host}/v2/`);
    if (!answer.ok) throw new Error(`${name}: /v2/ answered ${answer.status}`);
    await answer.arrayBuffer();
    return { host, pid: child.pid ?? 0, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    await log.close();
  }
}

async function openPort(child: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end && child.exitCode === null; await sleep(20)) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`${child.spawnfile}: did not open port ${port}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function announcedPort(child: ChildProcess, logPath: string): Promise<string> {
  for (const end = Date.now() + 20_000; Date.now() < end && child.exitCode === null; await sleep(20)) {
    const port = ANNOUNCEMENT.exec(await readFile(logPath, 'utf8'))?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`${child.spawnfile}: did not start: ${await readFile(logPath, 'utf8')}`);
}
