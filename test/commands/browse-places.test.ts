import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { end } from '../serve/support/command-start.js';
import { tempDir } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { failure } from './support/run.js';
import { start } from './support/start.js';

/** A directory with a layout, a directory of layouts, an empty one, and a file that is neither a layout nor an archive. */
async function scene(): Promise<string> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{}');
  await mkdir(join(cwd, 'empty'));
  for (const layout of ['layout', 'many/a'])
    expect(await runHere(['push', `oci:./${layout}:v1`, 'sbom.json'], cwd)).toMatchObject({ code: 0 });
  return cwd;
}

it.each([
  [3, './sbom.json'],
  [3, './missing'],
  [3, './missing:v1'],
  [3, './layout:v2'],
  [3, './empty:v1'],
  [3, 'dir:empty'],
  [3, 'oci-archive:missing.tar'],
  [1, 'oci-archive:sbom.json'],
  [2, 'missing.tar'],
])('ends with %i and the error of discover for a place that cannot be read: %s', async (code, place) => {
  const cwd = await scene();
  const error = await failure(code, ['browse', '--no-open', place], { cwd });
  expect(error).toEqual(await failure(code, ['discover', place], { cwd }));
});

it.each(['./layout', './layout:v1', './many', './empty', '.'])('begins at %s', async (place) => {
  expect(await firstLine(place, await scene())).toMatch(/^http:/);
});

it('asks no registry at the start', async () => {
  const server = createServer(() => expect.unreachable('asked')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  expect(await firstLine(`127.0.0.1:${port}/app:v1`, await tempDir())).toMatch(/^http:/);
});

async function firstLine(place: string, cwd: string): Promise<string> {
  const started = start(['browse', '--no-open', place], { cwd });
  const [line] = await once(createInterface(started.child.stdout), 'line');
  expect((await end(started)).code).toBe(0);
  return String(line);
}
