import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import type { RunResult } from '../../support/peers.js';
import { type Proxy as FaultyProxy, startProxy } from '../../support/proxy.js';
import type { RegistryOptions } from '../../support/registry.js';
import { remora } from '../../support/remora.js';
import { tempDir, tree } from '../../support/temp.js';
import { runHere } from './in-process.js';
import { SBOM, withImage } from './run.js';

export type Command = 'discover' | 'pull' | 'attach' | 'push';

/** More than the 3 MB after which a line was cut in the measurements. */
export const DATA = Buffer.alloc(4_000_000, 'remora and shark ');

/** Arguments of each command. `push` and `attach` send a file of their own, `pull` fetches the large one. */
const ARGUMENTS: Readonly<Record<Command, (host: string) => string[]>> = {
  discover: (host) => ['discover', `${host}/team/app:v1`],
  pull: (host) => ['pull', `${host}/team/app:data`, '-o', 'out'],
  attach: (host) => ['attach', `${host}/team/app:v1`, '--artifact-type', 'application/x', 'more.json'],
  push: (host) => ['push', `${host}/team/app:new`, 'new.bin'],
};

/** A fault for the requests whose method and path fit, the first `times` of them. */
export function faultAt(method: string, part: string, fault: Fault, times = Number.POSITIVE_INFINITY) {
  let seen = 0;
  return (request: FaultRequest): Fault | undefined =>
    request.method === method && request.path.includes(part) && ++seen <= times ? fault : undefined;
}

/** A registry with an image, an SBOM that is attached to it, and a large file; proxies before it make trouble. */
export async function withArtifacts(options: RegistryOptions) {
  const { registry } = await withImage(options);
  await addArtifacts(registry.host);
  return registry;
}

/** Attaches an SBOM to `team/app:v1`, and pushes the large file. */
export async function addArtifacts(host: string): Promise<void> {
  const home = await tempDir();
  await writeFile(join(home, 'sbom.json'), '{"spdx":1}');
  await writeFile(join(home, 'data.bin'), DATA);
  for (const args of [
    ['attach', `${host}/team/app:v1`, '--artifact-type', SBOM, '--no-settle', 'sbom.json'],
    ['push', `${host}/team/app:data`, 'data.bin'],
  ])
    expect(await runHere(args, home)).toMatchObject({ code: 0 });
}

export interface Ran extends RunResult {
  readonly cwd: string;
  readonly proxy: FaultyProxy;
}

/**
 * Runs a command through a proxy with this fault, in a directory where an older `out/data.bin` is.
 *
 * @param how 'here' is quick, 'program' can run beside others
 */
export async function runThrough(
  target: string,
  command: Command,
  fault: (request: FaultRequest) => Fault | undefined,
  how: 'here' | 'program',
  more: readonly string[] = [],
): Promise<Ran> {
  const proxy = await startProxy(target, { fault });
  onTestFinished(() => proxy.close());
  const cwd = await tempDir();
  await mkdir(join(cwd, 'out'));
  await writeFile(join(cwd, 'out', 'data.bin'), 'older');
  await writeFile(join(cwd, 'more.json'), '{"more":1}');
  await writeFile(join(cwd, 'new.bin'), Buffer.alloc(1_000_000, cwd));
  const args = [...ARGUMENTS[command](proxy.host), ...more];
  const result = how === 'here' ? await runHere(args, cwd) : await remora(args, { cwd });
  return { ...result, cwd, proxy };
}

/** What a command that succeeds says on standard error. */
export function notesOf(command: Command): string {
  return command === 'pull' ? 'remora: replaced out/data.bin\n' : '';
}

/** The command did what it is for, and the registry (asked without the proxy) has it. */
export async function expectDone({ code, stdout, stderr, cwd }: Ran, command: Command, host: string): Promise<void> {
  expect([code, stderr]).toEqual([0, notesOf(command)]);
  expect(await tree(cwd)).toEqual(['more.json', 'new.bin', 'out/data.bin']);
  if (command === 'discover') expect(stdout).toMatch(/ sbom +spdx /);
  if (command === 'pull') expect((await readFile(join(cwd, 'out', 'data.bin'))).equals(DATA)).toBe(true);
  if (command === 'attach') {
    const { stdout: listed } = await runHere(['discover', `${host}/team/app:v1`], cwd);
    expect(listed).toMatch(/ sbom +spdx /);
    expect(listed).toContain('application/x');
  }
  if (command === 'push') {
    expect((await runHere(['pull', `${host}/team/app:new`, '-o', 'back'], cwd)).code).toBe(0);
    expect((await readFile(join(cwd, 'back', 'new.bin'))).equals(await readFile(join(cwd, 'new.bin')))).toBe(true);
  }
}

/** The command says why it failed, and left nothing behind. */
export async function expectFailed({ code, stdout, stderr, cwd, proxy }: Ran, exit: number): Promise<void> {
  expect([code, stderr]).toEqual([exit, expect.stringContaining('remora: ')]);
  expect(stderr).toContain(proxy.host);
  expect(stdout + stderr).not.toContain('nothing is attached');
  expect(await tree(cwd)).toEqual(['more.json', 'new.bin', 'out/data.bin']);
  expect(await readFile(join(cwd, 'out', 'data.bin'), 'utf8')).toBe('older');
}
