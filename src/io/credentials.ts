import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { RemoraError } from '../errors.js';
import { checkShape, parseJson } from '../oci/json.js';
import { fileError, systemCode } from './system-error.js';

/** What proves who we are to a registry. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** Finds the credential for a registry, named as in references (`host[:port]`); undefined means anonymous. */
export type CredentialSource = (registry: string) => Promise<Credential | undefined>;

const configSchema = z.looseObject({
  auths: z
    .record(
      z.string(),
      z.looseObject({ auth: z.string().optional(), username: z.string().optional(), password: z.string().optional() }),
    )
    .nullish(),
});

const HUB_KEYS: readonly string[] = ['index.docker.io', 'docker.io', 'registry-1.docker.io'];

/**
 * The `auths` of Docker's `config.json`, in `$DOCKER_CONFIG` (a directory) or `~/.docker`. Read once, when asked first.
 *
 * @throws RemoraError `MALFORMED` (from the source) when the file is not what it should be
 */
export function dockerCredentials(env: Readonly<Record<string, string | undefined>> = process.env): CredentialSource {
  const path = join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'config.json');
  let loaded: Promise<ReadonlyMap<string, Credential>> | undefined;
  return async (registry) => {
    loaded ??= load(path);
    const known = await loaded;
    // Exact host and port, never a part of one (GHSA-6c87-g9pw-78fx).
    const names = HUB_KEYS.includes(registry) ? HUB_KEYS : [registry];
    return names.map((name) => known.get(name)).find((credential) => credential !== undefined);
  };
}

async function load(path: string): Promise<ReadonlyMap<string, Credential>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return new Map();
    throw fileError(error, path);
  }
  const { auths } = checkShape(configSchema, parseJson(bytes, path), path);
  const credentials = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(auths ?? {})) {
    const credential = entry.auth ? decode(entry.auth, key, path) : plain(entry.username, entry.password);
    const host = hostOf(key);
    // Docker's own order: the host itself before what older versions wrote (`https://host/v1/`).
    if (credential !== undefined && (key === host || !credentials.has(host))) credentials.set(host, credential);
  }
  return credentials;
}

/** `https://index.docker.io/v1/` and `ghcr.io` alike name a host. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function decode(auth: string, key: string, path: string): Credential {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new RemoraError('MALFORMED', `${path}: auth of ${key} is not base64 of user:password`);
  // Docker pads with NUL.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

function plain(username: string | undefined, password: string | undefined): Credential | undefined {
  return username && password !== undefined ? { username, password } : undefined;
}
