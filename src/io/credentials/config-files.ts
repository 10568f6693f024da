import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileError, ifSystemError } from '../files/system-error.js';
import { type DockerConfig, parseDockerConfig } from './docker-config.js';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A file or variable that can configure credentials. */
export interface ConfigPlace {
  /** The path of the file, or the name of the variable. */
  readonly name: string;
  readonly isFile: boolean;
  /**
   * Undefined when there is none.
   *
   * @throws RemoraError `MALFORMED`, `IO`: a user with an account must not go on anonymously
   */
  read(): Promise<DockerConfig | undefined>;
}

/** Where credentials are looked for, in this order: `REGISTRY_AUTH_FILE` alone, else Docker's variable, Podman, Docker. */
export function configPlaces(env: Environment): readonly ConfigPlace[] {
  if (env.REGISTRY_AUTH_FILE) return [filePlace(env.REGISTRY_AUTH_FILE)];
  const { DOCKER_AUTH_CONFIG: json, XDG_RUNTIME_DIR: runtime } = env;
  return [
    ...(json ? [variablePlace('DOCKER_AUTH_CONFIG', json)] : []),
    ...(runtime ? [filePlace(join(runtime, 'containers', 'auth.json'))] : []),
    filePlace(join(env.XDG_CONFIG_HOME || join(home(env), '.config'), 'containers', 'auth.json')),
    filePlace(dockerConfigPath(env)),
  ];
}

/** The file that login writes to. */
export function loginPath(env: Environment): string {
  return env.REGISTRY_AUTH_FILE || dockerConfigPath(env);
}

/** The bytes of a file, undefined where there is none. */
export async function readConfigFile(path: string): Promise<Uint8Array | undefined> {
  // ENOTDIR: a home of /dev/null has no files below it.
  return ifSystemError(readFile(path), 'ENOENT', 'ENOTDIR').catch((error: unknown) => {
    throw fileError(error, path);
  });
}

function dockerConfigPath(env: Environment): string {
  return join(env.DOCKER_CONFIG || join(home(env), '.docker'), 'config.json');
}

function home(env: Environment): string {
  return env.HOME || homedir();
}

function filePlace(path: string): ConfigPlace {
  return {
    name: path,
    isFile: true,
    async read() {
      const bytes = await readConfigFile(path);
      return bytes === undefined ? undefined : parseDockerConfig(bytes, path);
    },
  };
}

function variablePlace(name: string, json: string): ConfigPlace {
  return { name, isFile: false, read: async () => parseDockerConfig(Buffer.from(json), name) };
}
