import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from './temp.js';

export type DockerAuth =
  | { readonly username: string; readonly password: string }
  | { readonly auth: string }
  | { readonly identitytoken: string }
  | { readonly registrytoken: string };

export interface DockerConfig {
  /** The directory of `config.json`. */
  readonly dir: string;
  readonly file: string;
  /** An empty directory. */
  readonly home: string;
  /**
   * This process's environment with `DOCKER_CONFIG` and `HOME` set and everything else that leads to credentials
   * undefined, so that it may replace an environment or be spread over one.
   */
  readonly env: Record<string, string | undefined>;
}

const misleading = ['DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'];

/** A Docker configuration of its own for the running test; `more` holds other keys, such as `credHelpers`. */
export async function withDockerConfig(auths: Readonly<Record<string, DockerAuth>>, more = {}): Promise<DockerConfig> {
  const base = await tempDir();
  const [dir, home] = [join(base, 'docker'), join(base, 'home')];
  await Promise.all([mkdir(dir), mkdir(home)]);
  const file = join(dir, 'config.json');
  const entries = Object.entries(auths).map(([host, auth]) => [host, 'username' in auth ? encode(auth) : auth]);
  await writeFile(file, JSON.stringify({ auths: Object.fromEntries(entries), ...more }), { mode: 0o600 });
  const cleared = [...misleading, ...Object.keys(process.env).filter((name) => name.startsWith('XDG_'))];
  const env = {
    ...process.env,
    ...Object.fromEntries(cleared.map((name) => [name, undefined])),
    DOCKER_CONFIG: dir,
    HOME: home,
  };
  return { dir, file, home, env };
}

function encode({ username, password }: { username: string; password: string }): { auth: string } {
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}
