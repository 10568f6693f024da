import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { canonicalRegistry } from '../credentials/auths-key.js';
import { dockerDirectory, type Environment, home } from '../credentials/config-files.js';
import { fileError, systemCode } from '../files/system-error.js';

/** The port that a name of a directory need not have. */
const TLS_PORT = '443';

/**
 * The directories that have one for each host, in order: those of the user before those of the system, those of
 * containers (containers-certs.d(5)) before those of Docker.
 */
export function certificatePlaces(env: Environment): readonly string[] {
  return [
    // containers disregards XDG_CONFIG_HOME here.
    join(home(env), '.config', 'containers', 'certs.d'),
    join(env.XDG_CONFIG_HOME || join(home(env), '.config'), 'docker', 'certs.d'),
    // Docker Desktop has its own.
    join(dockerDirectory(env), 'certs.d'),
    '/etc/containers/certs.d',
    '/etc/docker/certs.d',
  ];
}

/**
 * The names of the directory of a host: `host:port`, and for port 443 `host` as well. A registry can lead to a host of any
 * name: none leads out of its place.
 */
export function directoryNames({ hostname, port }: URL): readonly string[] {
  if (/^\.*$/.test(hostname)) return [];
  const names = [...new Set([canonicalRegistry(hostname), hostname])];
  return port === '' ? names.flatMap((name) => [name, `${name}:${TLS_PORT}`]) : names.map((name) => `${name}:${port}`);
}

/**
 * The first directory that a host has; undefined without any. A place that this user may not look into is passed by, as
 * containers does: `/etc/docker` often belongs to root alone.
 *
 * @throws RemoraError `IO`
 */
export async function findDirectory(origin: URL, places: readonly string[]): Promise<string | undefined> {
  for (const place of places)
    for (const name of directoryNames(origin)) {
      const path = join(place, name);
      if (await isDirectory(path)) return path;
    }
  return undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return false;
    throw fileError(error, path);
  }
  throw new RemoraError('IO', `${path} is not a directory, wanted one with the certificates of the host`);
}
