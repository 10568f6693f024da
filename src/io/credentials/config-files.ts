import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { OPEN_FLAGS, readAtMost } from '../files/regular-file.js';
import { bestEffortSync, fileError, ifSystemError } from '../files/system-error.js';
import { type DockerConfig, parseDockerConfig } from './docker-config.js';

/** Files of thousands of registries stay far below; a larger one is another kind of file. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

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

/**
 * Where credentials are looked for, in this order: `authFile` alone, else `REGISTRY_AUTH_FILE` alone, else Docker's variable,
 * Podman, Docker.
 *
 * @param authFile a file that was asked for; one that does not exist is an error
 * @throws RemoraError `INVALID_ARGUMENT` for an empty path
 */
export function configPlaces(env: Environment, authFile?: string): readonly ConfigPlace[] {
  if (authFile !== undefined) return [requiredPlace(givenPath(authFile))];
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
export function loginPath(env: Environment, authFile?: string): string {
  if (authFile !== undefined) return givenPath(authFile);
  return env.REGISTRY_AUTH_FILE || dockerConfigPath(env);
}

/** A variable of a script that is not set gives an empty path. */
function givenPath(authFile: string): string {
  if (authFile !== '') return authFile;
  throw new RemoraError('INVALID_ARGUMENT', 'the path of the file of credentials is empty', {
    hint: 'Name a file with --auth-file, or leave it out',
  });
}

/**
 * The bytes of a file, undefined where there is none, or no more than a device without content.
 *
 * @throws RemoraError `IO`: not a regular file, too large, or a failure of the system
 */
export async function readConfigFile(path: string): Promise<Uint8Array | undefined> {
  try {
    // ENOTDIR: a home of /dev/null has no files below it.
    const handle = await ifSystemError(open(path, constants.O_RDONLY | OPEN_FLAGS), 'ENOENT', 'ENOTDIR');
    return handle && (await readOpen(handle, path).finally(() => handle.close()));
  } catch (error) {
    throw fileError(error, path);
  }
}

async function readOpen(handle: FileHandle, path: string): Promise<Uint8Array> {
  const info = await handle.stat();
  const isReadable = info.isFile() || info.isCharacterDevice() || info.isDirectory();
  if (!isReadable) throw notConfig(path, 'not a regular file');
  // /dev/null is the way to say that there is none: of a device one byte is too many.
  const bytes = await readAtMost(handle, info.isCharacterDevice() ? 0 : MAX_CONFIG_BYTES);
  if (bytes !== undefined) return bytes;
  throw notConfig(path, info.isFile() ? `larger than ${MAX_CONFIG_BYTES} bytes` : 'a device');
}

function notConfig(path: string, found: string): RemoraError {
  return new RemoraError('IO', `${path} is ${found}, wanted a file of credentials`, {
    hint: 'Put a regular file in its place, or name another one with REGISTRY_AUTH_FILE',
  });
}

function dockerConfigPath(env: Environment): string {
  return join(dockerDirectory(env), 'config.json');
}

/** The directory of Docker's configuration. */
export function dockerDirectory(env: Environment): string {
  return env.DOCKER_CONFIG || join(home(env), '.docker');
}

/** The user's home. */
export function home(env: Environment): string {
  // A user whom the system does not know (docker run -u 12345) has none, and Node.js throws.
  return env.HOME || bestEffortSync(homedir) || '/nonexistent';
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

function requiredPlace(path: string): ConfigPlace {
  const place = filePlace(path);
  return {
    ...place,
    async read() {
      const config = await place.read();
      if (config !== undefined) return config;
      throw new RemoraError('NOT_FOUND', `${path} does not exist, wanted a file of credentials`, {
        hint: 'Check the path, or make the file: remora login --auth-file FILE HOST',
      });
    },
  };
}

function variablePlace(name: string, json: string): ConfigPlace {
  return { name, isFile: false, read: async () => parseDockerConfig(Buffer.from(json), name) };
}
