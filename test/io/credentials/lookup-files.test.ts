import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { storeCredential } from '../../../src/io/credentials/store.js';
import { tempDir } from '../../support/temp.js';

const HOST = 'reg.example';
const config = (username: string, host = HOST) =>
  JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${username}:x`).toString('base64') } } });

/** Every place there is, each with a user of its own name. */
async function everywhere() {
  const base = await tempDir();
  const env: Record<string, string> = {
    HOME: join(base, 'home'),
    XDG_RUNTIME_DIR: join(base, 'run'),
    XDG_CONFIG_HOME: join(base, 'xdg'),
    DOCKER_CONFIG: join(base, 'docker'),
    REGISTRY_AUTH_FILE: join(base, 'file.json'),
    DOCKER_AUTH_CONFIG: config('variable'),
  };
  const files = {
    file: join(base, 'file.json'),
    run: join(base, 'run/containers/auth.json'),
    xdg: join(base, 'xdg/containers/auth.json'),
    '.config': join(base, 'home/.config/containers/auth.json'),
    docker: join(base, 'docker/config.json'),
    '.docker': join(base, 'home/.docker/config.json'),
  };
  const put = async (name: keyof typeof files, content = config(name)) => {
    await mkdir(dirname(files[name]), { recursive: true });
    await writeFile(files[name], content);
  };
  await Promise.all([put('file'), put('run'), put('xdg'), put('.config'), put('docker'), put('.docker')]);
  /** Who is found when these variables are not set. */
  const user = async (...unset: string[]) => {
    const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !unset.includes(name)));
    const found = await dockerCredentials(rest)(HOST);
    return found && 'username' in found ? found.username : found;
  };
  return { user, put, files };
}

it('asks one place after another', async () => {
  const { user, put } = await everywhere();
  const unset = ['REGISTRY_AUTH_FILE'];
  expect(await user()).toBe('file');
  expect(await user(...unset)).toBe('variable');
  unset.push('DOCKER_AUTH_CONFIG');
  expect(await user(...unset)).toBe('run');
  unset.push('XDG_RUNTIME_DIR');
  expect(await user(...unset)).toBe('xdg');
  unset.push('XDG_CONFIG_HOME');
  expect(await user(...unset)).toBe('.config');
  await put('.config', config('other', 'other.example'));
  expect(await user(...unset)).toBe('docker');
  unset.push('DOCKER_CONFIG');
  expect(await user(...unset)).toBe('.docker');
});

it('takes REGISTRY_AUTH_FILE alone', async () => {
  const { user, put } = await everywhere();
  await put('file', '{}');
  expect(await user()).toBeUndefined();
  await put('file', config('other', 'other.example'));
  expect(await user()).toBeUndefined();
});

it('goes on where a place has nothing of this host, and no further than needed', async () => {
  const { user, put } = await everywhere();
  const unset = ['REGISTRY_AUTH_FILE', 'DOCKER_AUTH_CONFIG'];
  await put('docker', '{');
  expect(await user(...unset)).toBe('run');
  await put('run', '{}');
  expect(await user(...unset)).toBe('xdg');
  await put('xdg', '{"auths":{"reg.example":{}}}');
  await expect(user(...unset)).rejects.toMatchObject({ code: 'MALFORMED' });
});

it.each(['{', 'not json s3cret', '[]', '{"auths":{"x":{"auth":["s3cret"]}}}', '/home/ann/config.json'])(
  'names DOCKER_AUTH_CONFIG that is %s, and does not show it',
  async (json) => {
    const error = await dockerCredentials({ DOCKER_AUTH_CONFIG: json, HOME: '/nowhere' })(HOST).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(/^DOCKER_AUTH_CONFIG is not /) });
    expect(String(error)).not.toMatch(/s3cret|ann/);
  },
);

it.skipIf(process.getuid?.() === 0)('does not go on as nobody when a file cannot be read', async () => {
  const { user, files } = await everywhere();
  await chmod(files.run, 0);
  await expect(user('REGISTRY_AUTH_FILE', 'DOCKER_AUTH_CONFIG')).rejects.toMatchObject({
    code: 'IO',
    message: `${files.run} cannot be accessed: permission denied`,
  });
});

it('does not go on as nobody when a directory stands where a file should', async () => {
  const dir = await tempDir();
  await expect(dockerCredentials({ REGISTRY_AUTH_FILE: dir })(HOST)).rejects.toMatchObject({
    code: 'IO',
    message: `${dir} is a directory, wanted a file`,
  });
});

it('asks the file that is given alone, and it must be there', async () => {
  const base = await tempDir();
  const [asked, other, none] = ['asked', 'other', 'none'].map((name) => join(base, name));
  await writeFile(asked ?? '', config('asked'));
  await writeFile(other ?? '', config('other', 'other.example'));
  const env = { REGISTRY_AUTH_FILE: other, DOCKER_AUTH_CONFIG: config('variable') };
  const found: unknown[] = [];
  const options = { authFile: asked, onFound: (...all: unknown[]) => void found.push(all) };
  const credentials = dockerCredentials(env, options);
  expect(await credentials(HOST)).toMatchObject({ username: 'asked' });
  expect(await credentials('other.example')).toBeUndefined();
  expect(found).toEqual([
    [HOST, asked],
    ['other.example', undefined],
  ]);
  await expect(dockerCredentials(env, { authFile: none })(HOST)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `${none} does not exist, wanted a file of credentials`,
  });
  await storeCredential(HOST, { username: 'new', password: 'x' }, env, none);
  expect(await dockerCredentials(env, { authFile: none })(HOST)).toMatchObject({ username: 'new' });
});

it('takes a home that is no directory for one without files', async () => {
  expect(await dockerCredentials({ HOME: '/dev/null' })(HOST)).toBeUndefined();
  expect(await dockerCredentials({ REGISTRY_AUTH_FILE: '/dev/null' })(HOST)).toBeUndefined();
});

it.each([
  ['a pipe', 'not a regular file', (path: string) => execFileSync('mkfifo', [path])],
  ['a link to a pipe', 'not a regular file', pipeBehindLink],
  ['a device without end', 'a device', (path: string) => symlink('/dev/zero', path)],
  ['random numbers', 'a device', (path: string) => symlink('/dev/urandom', path)],
  ['a sparse file of 4 GB', 'larger than', (path: string) => sparse(path)],
])('does not wait for, and does not go on after, %s', async (_, found, make) => {
  const path = join(await tempDir(), 'auth.json');
  await make(path);
  await expect(dockerCredentials({ REGISTRY_AUTH_FILE: path })(HOST)).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining(`auth.json is ${found}`),
  });
  const login = storeCredential(HOST, { username: 'a', password: 'b' }, { REGISTRY_AUTH_FILE: path });
  await expect(login).rejects.toMatchObject({ code: 'IO' });
});

it('reads a file that says another size than it has', async () => {
  // /proc says 0.
  await expect(dockerCredentials({ REGISTRY_AUTH_FILE: '/proc/version' })(HOST)).rejects.toMatchObject({
    code: 'MALFORMED',
  });
});

async function pipeBehindLink(path: string): Promise<void> {
  execFileSync('mkfifo', [`${path}.pipe`]);
  await symlink(`${path}.pipe`, path);
}

async function sparse(path: string): Promise<void> {
  await writeFile(path, '');
  await truncate(path, 4 * 1024 ** 3);
}
