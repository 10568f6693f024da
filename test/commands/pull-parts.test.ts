import { expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { tempDir, tree } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';

async function artifact() {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'text', 'b.json': '{"b":1}', 'dir/c.txt': 'c' });
  expect((await runHere(['push', './layout:v1', 'a.txt', 'b.json', 'dir'], cwd)).code).toBe(0);
  return cwd;
}

it('pull takes a part of an artifact', async () => {
  const cwd = await artifact();
  const pull = (...args: string[]) => runHere(['pull', './layout:v1', ...args], cwd);
  expect((await pull('--file', '*.txt', '-o', 'one')).stdout).toBe('one/a.txt  4 B\n');
  expect((await pull('--file', '*.txt', '--file', 'b*', '--config', '-o', 'two')).code).toBe(0);
  expect(await tree(`${cwd}/two`)).toEqual(['a.txt', 'b.json', 'config.json']);
  expect((await pull('--media-type', 'application/json', '--stdout')).stdout).toBe('{"b":1}');
  expect((await pull('--media-type', 'application/json', '-o', '-')).stdout).toBe('{"b":1}');
  const { stdout } = await pull('--config', '--file', 'config.json', '-o', 'three', '--json');
  const { artifacts } = resultSchemas.pull.parse(JSON.parse(stdout));
  expect(artifacts.flatMap(({ files }) => files)).toMatchObject([{ path: 'three/config.json', config: true, size: 2 }]);
});

it('pull refuses what is not a part, and what cannot be one', async () => {
  const cwd = await artifact();
  const pull = (...args: string[]) => ['pull', './layout:v1', '-o', 'out', ...args];
  expect(await failureHere(3, pull('--file', 'dir/c.txt'), cwd)).toMatchObject({
    hint: expect.stringMatching(/^It has a\.txt .*dir \(.*\); a packed directory is taken whole$/),
  });
  await failureHere(3, pull('--media-type', 'text/html'), cwd);
  expect(await failureHere(2, pull('--file', 'a['), cwd)).toMatchObject({ message: expect.stringContaining('"a["') });
  await failureHere(2, pull('--file', ''), cwd);
  await failureHere(2, pull('--media-type', 'text'), cwd);
  expect((await runHere(['pull', './layout:v1', '--stdout', '--file', '*.*'], cwd)).code).toBe(7);
  expect(await tree(cwd)).not.toContain('out');
});
