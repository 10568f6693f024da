import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { runHere } from '../commands/support/in-process.js';
import { readLayout } from '../operations/support/layout-files.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers, type RunResult, run } from '../support/peers.js';
import { commandsOf, FOREIGN, PROGRAM } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

/** In `.ci/thorough`: each of these calls, up to its tenth time. */
const WHOLE = Number(process.env.REMORA_ROUNDS ?? 2) > 2;
const CALLS = WHOLE ? ['rename', 'fsync', 'unlink', 'link', 'mkdir', 'pwrite64'] : ['rename', 'unlink'];
const TIMES = WHOLE ? 10 : 4;

const { remora, push, attach, discover } = commandsOf((args, options) => runHere(args, options?.cwd ?? process.cwd()));

/** One directory per run: `layout` is written to, `from` is read. */
interface Work {
  readonly layout: string;
  readonly from: string;
  readonly out: string;
}
type Words = (work: Work) => readonly string[];

const OPERATIONS: Readonly<Record<string, Words>> = {
  push: ({ layout }) => ['push', `${layout}:new`, 'b.txt'],
  create: ({ out }) => ['push', `oci:${out}:new`, 'b.txt'],
  attach: ({ layout }) => ['attach', `${layout}:keep`, 'c.txt', '--artifact-type', 'application/vnd.example.new'],
  copy: ({ from, layout }) => ['copy', '-r', `${from}:v1`, `oci:${layout}:v1`],
  detach: ({ layout }) => ['detach', `${layout}:keep`, '--all', '--yes', '--prune'],
  tag: ({ layout }) => ['tag', `${layout}:keep`, 'more'],
  annotate: ({ layout }) => ['annotate', `${layout}:gone`, 'org.example.a=1', 'org.example.b-'],
  delete: ({ layout }) => ['manifest', 'delete', '--yes', `${layout}:gone`],
  fix: ({ layout }) => ['check', '--fix', '--yes', layout],
  pull: ({ from, out }) => ['pull', `${from}:v1`, '-o', out],
  archive: ({ from, out }) => ['copy', '-r', `${from}:v1`, `oci-archive:${out}`],
};
const SHORT = ['push', 'attach', 'copy', 'detach', 'annotate'];
/** Operations after which `layout` stands as it stood. */
const ELSEWHERE = ['create', 'pull', 'archive'];

/** Files, a layout to write to and one to read from. */
async function newTemplate(): Promise<string> {
  const directory = await tempDir();
  const names = ['a', 'b', 'c'].map((name) => `${name}.txt`);
  await Promise.all(names.map((name) => writeFile(join(directory, name), `${name} `.repeat(3000))));
  const [layout, from] = [`oci:${join(directory, 'layout')}`, `oci:${join(directory, 'from')}`];
  const options = { cwd: directory };
  await push(`${layout}:keep`, ['a.txt'], options);
  await attach(`${layout}:keep`, 'application/vnd.example.old', ['b.txt'], options);
  await push(`${layout}:gone`, ['c.txt'], options);
  await push(`${from}:v1`, ['b.txt'], options);
  await attach(`${from}:v1`, 'application/vnd.example.attached', ['c.txt'], options);
  return directory;
}

/** The program, killed when it makes a call for the n-th time, in a pool of one thread so that calls have an order. */
function killedAt(call: string, n: number, words: readonly string[], cwd: string): Promise<RunResult> {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${n}`];
  const env = { ...FOREIGN, UV_THREADPOOL_SIZE: '1', NODE_DISABLE_COMPILE_CACHE: '1', XDG_CACHE_HOME: '/nonexistent' };
  return run('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, ...PROGRAM, ...words], {
    cwd,
    env,
  });
}

/** What an operation of its own promises while it is not done. */
async function checkOutput(operation: string, { out, from }: Work): Promise<void> {
  if (operation === 'pull') {
    const files = await readdir(out).catch(() => []);
    for (const name of files.filter((file) => !file.startsWith('.remora-')))
      expect(await readFile(join(out, name))).toEqual(await readFile(join(dirname(from), name)));
  }
  const archive = operation === 'archive' && (await readFile(out).catch(() => undefined));
  if (archive) expect(await remora(['check', `oci-archive:${out}`])).toMatchObject({ code: 0 });
}

describeWithPeers('kill -9 at a system call', ['strace'], () => {
  it.for(WHOLE ? Object.keys(OPERATIONS) : SHORT)(
    'loses nothing of a layout: %s',
    { timeout: 600_000 },
    async (name) => {
      const operation = OPERATIONS[name] ?? (() => []);
      const template = await newTemplate();
      let kills = 0;
      for (const call of CALLS)
        for (let n = 1; n <= TIMES; n++) {
          const directory = await tempDir();
          const work = { layout: join(directory, 'layout'), from: join(template, 'from'), out: join(directory, 'out') };
          await cp(join(template, 'layout'), work.layout, { recursive: true });
          if (name === 'fix') await repeatEntry(work.layout);
          const before = await checkedEntries(work.layout);
          const keep = before.find(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === 'keep');
          const words = operation(work);
          const { code } = await killedAt(call, n, words, template);
          if (code !== null && code !== 137) break;
          kills += 1;
          const at = `${name}: ${call} ${n}`;
          expect(await checkedEntries(work.layout), at).toContainEqual(keep);
          expect((await readLayout(work.layout)).missing, at).toEqual([]);
          await checkOutput(name, work);
          // The same again goes on, and all is whole then.
          const again = await runHere(words, template);
          const isRepeated = name === 'archive' && /exists/.test(again.stderr);
          if (!isRepeated)
            expect([0, ...(['detach', 'delete'].includes(name) ? [3] : [])], `${at}: ${again.stderr}`).toContain(
              again.code,
            );
          await checkOutput(name, work);
          const place = name === 'create' ? work.out : work.layout;
          const checked = await remora(['check', place]);
          expect([at, checked.code, checked.stderr]).toEqual([at, 0, '']);
          if (!ELSEWHERE.includes(name)) expect((await discover(`${work.layout}:keep`)).incomplete, at).toEqual([]);
          await rm(directory, { recursive: true });
        }
      expect(kills).toBeGreaterThan(0);
    },
  );
});

/** `check --fix` has something to do. */
async function repeatEntry(layout: string): Promise<void> {
  const path = join(layout, 'index.json');
  const index: { manifests: unknown[] } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...index, manifests: [...index.manifests, index.manifests[0]] }));
}
