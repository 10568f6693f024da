import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../support/certificates.js';
import { run } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { FOREIGN, PROGRAM, REMORA, remora } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';

/** Variables that would name places outside of the home. */
const USUAL = {
  XDG_CACHE_HOME: undefined,
  XDG_CONFIG_HOME: undefined,
  XDG_DATA_HOME: undefined,
  XDG_RUNTIME_DIR: undefined,
  DOCKER_CONFIG: undefined,
  DOCKER_AUTH_CONFIG: undefined,
  REGISTRY_AUTH_FILE: undefined,
};
/** What the documentation names: two files of credentials, certificates of hosts, and the cache. */
const CREDENTIALS = '\\.docker/config\\.json|\\.config/containers/auth\\.json';
const CACHE = '\\.cache(/remora(/compiled(/[^/]+)*)?)?';
const NAMED = new RegExp(`^(${CREDENTIALS}|${CACHE})?$`);
/** Only for hosts that are spoken to with TLS, and where they are listed. */
const CERTIFICATES = /^(\.config\/containers|\.config\/docker|\.docker)\/certs\.d(\/[^/]+)?$/;
const hasStrace = spawnable('strace');

function spawnable(name: string): boolean {
  try {
    execFileSync(name, ['-V'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** The command lines that are looked at: of each kind of place, help, and mistakes. */
async function commandLines(): Promise<readonly (readonly string[])[]> {
  const { host } = await startRegistry();
  const secure = await startRegistry({ tls: await (await makeAuthority()).server() });
  return [
    ['kinds'],
    ['--version'],
    ['--help'],
    ['help', 'push'],
    ['nonsense'],
    ['push', 'oci:./made:v1', 'a.txt'],
    ['push', `${host}/a/b:v1`, 'a.txt'],
    ['pull', `${host}/a/b:v1`, '-o', 'out'],
    ['repo', 'tags', `${host}/a/b`, '--debug'],
    ['resolve', `${secure.host}/a/b:v1`, '--insecure'],
    ['login', '--list'],
    ['check', 'oci:./made:v1', '--json'],
  ];
}

async function directory(): Promise<string> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'a');
  return cwd;
}

describe.runIf(hasStrace)('files below HOME', () => {
  it.each([
    ['the home', {}],
    ['the home, in development', { NODE_ENV: 'development', DEBUG: '*', REMORA_DEBUG: '1' }],
  ])('that are opened are those which the documentation names: %s', { timeout: 120_000 }, async (_, env) => {
    const home = await tempDir();
    const cwd = await directory();
    const trace = join(await tempDir(), 'trace');
    const all = { ...FOREIGN, ...USUAL, HOME: home, ...env };
    for (const words of await commandLines()) {
      const filter = ['-f', '-qq', '-e', 'trace=%file', '-o', trace];
      await run('strace', [...filter, ...PROGRAM, ...words], { cwd, env: all });
      const paths = [...(await readFile(trace, 'utf8')).matchAll(/"([^"]*)"/g)].map(([, path = '']) => path);
      const below = paths.filter((path) => path.startsWith(`${home}/`)).map((path) => path.slice(home.length + 1));
      const certificates = below.filter((path) => CERTIFICATES.test(path));
      const readsThem = words.includes('--insecure') || words.includes('--list');
      expect({ words, read: certificates.length > 0 }).toEqual({ words, read: readsThem });
      const others = below.filter((path) => !NAMED.test(path) && !CERTIFICATES.test(path));
      expect({ words, others }).toEqual({ words, others: [] });
      // Each module is in the package: folders above it are for others.
      const outside = paths.filter((path) => /node_modules|\.node_libraries|tsconfig|rc\.|pnpapi/.test(path));
      expect({ words, outside: outside.filter((path) => !path.startsWith(join(dirname(REMORA), '..'))) }).toEqual({
        words,
        outside: [],
      });
    }
  });
});

describe('code that others placed', () => {
  const HOOK = '{"name":"evil","version":"1.0.0","oclif":{"hooks":{"init":"./index.js"}}}';

  /** Files that write `ran` when something loads them, in each place where a dependency may look. */
  async function withTraps(home: string, cwd: string, ran: string): Promise<void> {
    const code = `require('fs').appendFileSync(${JSON.stringify(ran)}, __filename + '\\n'); module.exports = () => {};`;
    const plugin = join(home, 'evil');
    const write = async (path: string, text: string) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    };
    await write(join(plugin, 'package.json'), HOOK);
    await write(join(plugin, 'index.js'), code);
    const plugins = JSON.stringify({
      oclif: {
        schema: 1,
        plugins: [
          { name: 'evil', type: 'link', root: plugin },
          { name: 'evil2', type: 'user' },
        ],
      },
    });
    for (const data of [join(home, '.local/share/remora'), join(home, 'data/remora'), join(home, 'own-data')]) {
      await write(join(data, 'package.json'), plugins);
      await write(join(data, 'node_modules/evil2/package.json'), HOOK);
      await write(join(data, 'node_modules/evil2/index.js'), code);
    }
    const modules = ['picomatch', 'tsx', 'ts-node', 'typescript', 'pnpapi', 'debug', 'supports-color', '@oclif/core'];
    for (const folder of [join(home, '.node_modules'), join(home, '.node_libraries'), join(cwd, 'node_modules')])
      for (const name of modules) await write(join(folder, name, 'index.js'), code);
    for (const name of ['.oclifrc.js', 'oclif.config.js', '.remorarc.js', '.pnp.cjs']) {
      await write(join(home, name), code);
      await write(join(cwd, name), code);
    }
    const theme = '{"bin":"red","command":"#ff0000"}';
    for (const config of ['.config/remora', 'config/remora', 'own-config'])
      await write(join(home, config, 'theme.json'), theme);
    await write(join(cwd, 'package.json'), HOOK.replace('evil', 'remora'));
    await write(join(cwd, 'oclif.manifest.json'), '{"version":"0.0.0","commands":{}}');
    await write(join(cwd, 'tsconfig.json'), '{"compilerOptions":{"outDir":"dist","rootDir":"src"}}');
    await write(join(cwd, 'index.js'), code);
  }

  it.each([
    ['in the home', {}],
    ['in XDG_DATA_HOME', { XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: 'config' }],
    ['where REMORA_DATA_DIR says', { REMORA_DATA_DIR: 'own-data', REMORA_CONFIG_DIR: 'own-config' }],
    ['in development', { NODE_ENV: 'development', DEBUG: '*', REMORA_DEBUG: '1', CLI_FLAGS_DEBUG: '1' }],
    ['in a test', { NODE_ENV: 'test', OCLIF_NEXT_VERSION: '1', TINYGLOBBY_DEBUG: '1', REMORA_CONTENT_TYPE: 'json' }],
  ])('does not run, and changes no output: %s', { timeout: 120_000 }, async (_, env: NodeJS.ProcessEnv) => {
    const [home, cwd, clean] = [await tempDir(), await directory(), await directory()];
    const ran = join(await tempDir(), 'ran');
    await withTraps(home, cwd, ran);
    const placed = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, /DIR|XDG/.test(name) ? join(home, value ?? '') : value]),
    );
    for (const words of [['kinds'], ['--help'], ['push', '--help'], ['nonsense'], ['push', 'oci:./x:v1', 'a.txt']]) {
      const seen = await remora(words, { cwd, env: { ...USUAL, HOME: home, ...placed } });
      expect(seen).toEqual(await remora(words, { cwd: clean, env: { ...USUAL, HOME: await tempDir() } }));
    }
    await expect(readFile(ran)).rejects.toThrow('ENOENT');
    expect(await tree(join(home, '.cache'))).not.toEqual([]);
  });

  it('is not a part of the program: it requires modules of Node.js and its own parts', async () => {
    const folder = dirname(REMORA);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
    const { builtinModules } = await import('node:module');
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8');
      const names = [...text.matchAll(/\brequire(?:\.resolve)?\(\s*["']([^"']+)["']/g)].map(([, name = '']) => name);
      const foreign = names.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
      const own = files.map((each) => `./${each}`);
      expect(foreign.filter((name) => !own.includes(name) && name !== 'node:sqlite')).toEqual([]);
      expect(names).not.toEqual([]);
    }
  });
});

describe.runIf(process.getuid?.() === 0)('another user', () => {
  it.each([
    ['with a home of root', { HOME: '/root' }],
    ['whom the system does not know', { HOME: '/', SHELL: undefined, USER: undefined }],
    ['without a home', { HOME: undefined, SHELL: undefined }],
  ])('sees no warning: %s', async (_, env) => {
    const home = await tempDir();
    await chmod(home, 0o700);
    const own = { ...FOREIGN, ...USUAL, ...env, ...(env.HOME === '/root' ? { HOME: home } : {}) };
    const words = ['--reuid', '54321', '--regid', '54321', '--clear-groups', ...PROGRAM, 'kinds'];
    expect(await run('setpriv', words, { env: own, cwd: '/' })).toMatchObject({ code: 0, stderr: '' });
  });
});
