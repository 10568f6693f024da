import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { REMORA, remora, startRemora } from './support/remora.js';
import { tempDir } from './support/temp.js';

/** Tells at its end which files of the program a process has loaded. */
const WATCH = `process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify(Object.keys(require.cache)));
});`;

async function watched() {
  const folder = await tempDir();
  await writeFile(join(folder, 'watch.cjs'), WATCH);
  const loaded = join(folder, 'loaded.json');
  const env = { NODE_OPTIONS: `--require ${join(folder, 'watch.cjs')}`, LOADED: loaded };
  const parts = async () => {
    const paths: readonly string[] = JSON.parse(await readFile(loaded, 'utf8'));
    return paths.filter((path) => dirname(path) === dirname(REMORA)).map((path) => basename(path));
  };
  return { folder, options: { cwd: folder, env }, parts };
}

it('starts without the parts that a command does not use', async () => {
  const { options, parts } = await watched();
  expect((await remora(['push', 'oci:./layout:v1', 'watch.cjs'], options)).code).toBe(0);
  for (const args of [['--help'], ['serve', '--help'], ['discover', 'oci:./layout:v1']]) {
    expect((await remora(args, options)).code, args.join(' ')).toBe(0);
    expect(await parts(), args.join(' ')).toEqual(['bin.cjs', 'program.cjs']);
  }
});

it('tells its version without the program', async () => {
  const { options, parts } = await watched();
  expect((await remora(['--version'], options)).stdout).toMatch(/^remora\/\d+\.\d+\.\d+ \S+-\S+ node-v\S+\n$/);
  expect(await parts()).toEqual(['bin.cjs']);
});

it('loads the server when it serves, whose errors are those of the program', async () => {
  const { options, parts } = await watched();
  const { child, done } = startRemora(['serve', '--port', '0', '.'], options);
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  expect((await done).code).toBe(0);
  expect(await parts()).toEqual(['bin.cjs', 'program.cjs', 'serve.cjs']);
  const tls = ['--cert-file', 'none.pem', '--key-file', 'none.pem'];
  const refused = await remora(['serve', '--json', ...tls, '.'], options);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

it('loads the pictures when it draws one', async () => {
  const { options, parts } = await watched();
  expect((await remora(['push', 'oci:./layout:v1', 'watch.cjs'], options)).code).toBe(0);
  for (const format of ['markdown', 'mermaid', 'dot', 'html']) {
    expect((await remora(['discover', 'oci:./layout:v1', '--format', format], options)).code, format).toBe(0);
    expect(await parts(), format).toEqual(['bin.cjs', 'program.cjs', 'views.cjs']);
  }
});

it('has no module in two files', async () => {
  const [program, serve, views, browse, verify] = await Promise.all([
    textOf('program.cjs'),
    textOf('serve.cjs'),
    textOf('views.cjs'),
    textOf('browse.cjs'),
    textOf('verify.cjs'),
  ]);
  const all = [program, serve, views, browse, verify].flatMap((text) => [...new Set(modulesOf(text))]);
  expect(all.filter((module, index) => all.indexOf(module) !== index)).toEqual([]);
  expect(modulesOf(serve)).toContain('src/serve/router.ts');
  expect(modulesOf(verify)).toContain('src/trust/judge.ts');
  const owned = {
    serve: /^src\/serve\/|node_modules\//,
    views: /^(raw:)?src\/views\//,
    browse: /^(raw:)?src\/browse\//,
    verify:
      /^src\/(trust|operations\/(verify|sign))\/|^src\/(formats\/packings\/helm-metadata|operations\/report\/yaml-documents)\.ts$|node_modules\//,
  };
  expect(modulesOf(serve).filter((module) => !owned.serve.test(module))).toEqual([]);
  expect(modulesOf(views).filter((module) => !owned.views.test(module))).toEqual([]);
  expect(modulesOf(browse).filter((module) => !owned.browse.test(module))).toEqual([]);
  expect(modulesOf(verify).filter((module) => !owned.verify.test(module))).toEqual([]);
  const foreign = modulesOf(program).filter((module) =>
    /^src\/(serve|views|browse|trust|operations\/(verify|sign))\//.test(module),
  );
  expect(foreign).toEqual([]);
  expect(modulesOf(program).filter((module) => /node_modules\/(@sigstore|cborg|yaml|@noble)\//.test(module))).toEqual(
    [],
  );
  const taken = [serve, views, browse, verify].flatMap((text) =>
    [...text.matchAll(/require\("\.\/program\.cjs"\)\.shared(?:\["([^"]+)"\]|\.(\w+))/g)].map(
      ([, module, name]) => module ?? name,
    ),
  );
  const given = [...program.matchAll(/\(shared\d*,"([^"]+)"/g)].map(([, module]) => module);
  expect(taken).toContain('errors.ts');
  expect([...new Set(taken)].toSorted()).toEqual(given.toSorted());
});

async function textOf(file: string): Promise<string> {
  return readFile(join(dirname(REMORA), file), 'utf8');
}

/** The modules that stand in a file of the program: the bundler keeps their paths. */
function modulesOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*\b(?:src|node_modules)\/[^"]+)"\(/g)].map(([, path]) => path ?? '');
}
