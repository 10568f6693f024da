import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFiles } from '../io/tar/support/archives.js';
import { noise } from '../store/support/artifacts.js';
import { run } from '../support/peers.js';
import { PROGRAM_WORDS } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';
import { type Started, start, until } from './support/start.js';

/** Sends a signal, and again if that is asked for; gives what came of it and how long it took. */
async function interrupt({ child, done }: Started, signal: NodeJS.Signals = 'SIGINT') {
  const moment = performance.now();
  child.kill(signal);
  const { since, ...rest } = await done;
  return { ...rest, ms: since(moment) };
}

/** A registry that stops answering at the requests that match. */
const stalling = (pattern: RegExp) =>
  withImage({ fault: ({ method, path }) => (pattern.test(`${method} ${path}`) ? 'stall' : undefined) });

describe('Ctrl-C', () => {
  const goesOn = '  Run the same command again: it goes on with what is missing\n';

  it.each<[string, RegExp, (image: string) => string[], string]>([
    ['resolve', /^HEAD/, (image) => ['resolve', image], ''],
    ['discover', /referrers/, (image) => ['discover', image], ''],
    // The registry has not acknowledged the file.
    ['push', /^PUT .*uploads/, (image) => ['push', image.replace(':v1', ':v2'), 'large.bin'], ''],
    ['attach', /^PUT .*manifests/, (image) => ['attach', image, '--artifact-type', SBOM, 'large.bin'], goesOn],
  ])('stops %s within a second, and nothing is tagged or attached', async (_command, pattern, args, hint) => {
    const { registry, image } = await stalling(pattern);
    const cwd = await tempDir();
    await makeFiles(cwd, { 'large.bin': noise(2_000_000).bytes });
    const running = start(args(image), { cwd });
    await until(() => registry.requests.some(({ method, path }) => pattern.test(`${method} ${path}`)));
    const { code, stdout, stderr, ms } = await interrupt(running);
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: `remora: error: interrupted\n${hint}` });
    expect(ms).toBeLessThan(1000);
    expect(await tree(cwd)).toEqual(['large.bin']);
    expect(registry.repository('team/app').manifests.size).toBe(1);
  });

  it('stops pull: no temporary file stays, no directory, and the old file is as it was', async () => {
    let blobs = 0;
    const { registry, image } = await withImage({
      fault: ({ method, path }) =>
        method === 'GET' && path.includes('/blobs/') && blobs++ < 9 ? { stallAfter: 70_000 } : undefined,
    });
    const cwd = await tempDir();
    await makeFiles(cwd, { 'large.bin': noise(2_000_000).bytes, 'old/large.bin': 'old' });
    await runHere(['push', image.replace(':v1', ':v2'), 'large.bin'], cwd);
    for (const output of ['old', 'new']) {
      registry.clear();
      const running = start(['pull', image.replace(':v1', ':v2'), '-o', output, '--json'], { cwd });
      await until(() => registry.requests.some(({ responseBytes }) => responseBytes >= 70_000));
      const { code, stdout, ms } = await interrupt(running);
      expect([code, JSON.parse(stdout)]).toEqual([130, { error: { code: 'INTERRUPTED', message: 'interrupted' } }]);
      expect(ms).toBeLessThan(1000);
    }
    expect(await tree(cwd)).toEqual(['large.bin', 'old/large.bin']);
  });

  it('stops while standard input is waited for, and leaves a layout as it was', async () => {
    const cwd = await tempDir();
    await runHere(['push', 'oci:./out:v1'], cwd);
    const before = await tree(cwd);
    const running = start(['push', 'oci:./out:v2', '-:endless'], { cwd });
    // More than is read to tell what it is.
    running.child.stdin.write('x'.repeat(2_000_000));
    await until(async () => (await readdir(join(cwd, 'out'))).some((name) => name.endsWith('.tmp')));
    const { code, ms } = await interrupt(running);
    expect(code).toBe(130);
    expect(ms).toBeLessThan(1000);
    expect(await tree(cwd)).toEqual(before);
  });

  it('is not the only signal: SIGTERM ends with 143', async () => {
    const { registry, image } = await stalling(/^HEAD/);
    const running = start(['resolve', image], {});
    await until(() => registry.requests.length > 0);
    expect(await interrupt(running, 'SIGTERM')).toMatchObject({ code: 143 });
  });
});

describe('a reader that goes away', () => {
  const piped = (words: string, reader: string, cwd: string, env = {}) =>
    run('bash', ['-c', `${PROGRAM_WORDS} ${words} | ${reader}; exit \${PIPESTATUS[0]}`], { cwd, env });

  it('is no error: of a long text, and of a large file, whose copy is removed', async () => {
    const cwd = await tempDir();
    await makeFiles(cwd, { 'large.bin': noise(5_000_000).bytes, 'tmp/': '' });
    const many = Array.from({ length: 3000 }, (_, n) => ['-a', `org.example.${n}=${'v'.repeat(50)}`]).flat();
    await runHere(['push', 'oci:./out:v1', 'large.bin', ...many], cwd);
    const text = await piped('inspect ./out:v1 --json', 'head -1', cwd);
    expect(text).toEqual({ code: 0, stdout: '{\n', stderr: '' });
    const env = { TMPDIR: join(cwd, 'tmp') };
    const file = await piped('pull ./out:v1 --stdout', 'head -c 4 | wc -c', cwd, env);
    expect(file).toEqual({ code: 0, stdout: '4\n', stderr: '' });
    expect(await readdir(join(cwd, 'tmp'))).toEqual([]);
  });
});
