import * as z from 'zod';
import { RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { Credential } from './credential.js';

const textSchema = () => z.string().nullish();
const entrySchema = () =>
  z.looseObject({
    auth: textSchema(),
    username: textSchema(),
    password: textSchema(),
    identitytoken: textSchema(),
    registrytoken: textSchema(),
  });
const configSchema = () =>
  z.looseObject({
    auths: z.record(z.string(), entrySchema().nullish()).nullish(),
    credHelpers: z.record(z.string(), z.string()).nullish(),
    credsStore: textSchema(),
  });

/** An entry of `auths`. */
export type AuthEntry = z.infer<ReturnType<typeof entrySchema>>;

/** The credentials in Docker's `config.json` and Podman's `auth.json`. */
export interface DockerConfig {
  readonly auths: ReadonlyMap<string, AuthEntry>;
  /** Helpers of single hosts. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The helper of all hosts. */
  readonly credsStore: string | undefined;
}

/**
 * Parses such a document. An empty one holds nothing: `/dev/null` and a fresh temporary file are how people say so.
 *
 * @throws RemoraError `MALFORMED` that shows no value
 */
export function parseDockerConfig(bytes: Uint8Array, what: string): DockerConfig {
  const isEmpty = bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
  const { auths, credHelpers, credsStore } = isEmpty ? {} : checkShape(configSchema(), parseJson(bytes, what), what);
  return {
    auths: new Map(Object.entries(auths ?? {}).map(([key, entry]) => [key, entry ?? {}])),
    credHelpers: new Map(Object.entries(credHelpers ?? {})),
    credsStore: credsStore || undefined,
  };
}

/**
 * The names of the helpers to ask for a registry, in this order, none for one that is excepted by an empty name.
 *
 * @param keys all that can stand for the registry in `credHelpers`
 */
export function helperNames(config: DockerConfig, keys: readonly string[], what: string): readonly string[] {
  const own = keys.map((key) => config.credHelpers.get(key)).find((name) => name !== undefined);
  if (own === '') return [];
  const names = [...new Set([own, config.credsStore].filter((name) => name !== undefined))];
  for (const name of names) checkHelperName(name, what);
  return names;
}

/**
 * The name becomes the name of a program, and must not lead to another.
 *
 * @throws RemoraError `MALFORMED`
 */
export function checkHelperName(name: string, what: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return;
  throw new RemoraError('MALFORMED', `${what} names the credential helper ${quote(name)}, which is not a name`, {
    expected: 'letters, digits, "_" and "-"',
    hint: 'Write what follows docker-credential- in the name of the program',
  });
}

/**
 * The credential of an entry; undefined for one that is empty, which Docker writes where a helper has it.
 *
 * @throws RemoraError `MALFORMED`
 */
export function entryCredential(entry: AuthEntry, key: string, what: string): Credential | undefined {
  const decoded = entry.auth ? decode(entry.auth, key, what) : undefined;
  const username = decoded?.username || entry.username || undefined;
  if (entry.registrytoken) return { registryToken: entry.registrytoken };
  if (entry.identitytoken) return { identityToken: entry.identitytoken, ...given({ username }) };
  if (decoded !== undefined) return decoded;
  const { password } = entry;
  return username !== undefined && typeof password === 'string' ? { username, password } : undefined;
}

function decode(auth: string, key: string, what: string): { readonly username: string; readonly password: string } {
  const plain = Buffer.from(auth, 'base64').toString('utf8');
  const colon = plain.indexOf(':');
  if (colon < 0) throw new RemoraError('MALFORMED', `${what}: auth of ${quote(key)} is not base64 of user:password`);
  // Docker pads with NUL.
  let end = plain.length;
  while (plain[end - 1] === '\0') end -= 1;
  return { username: plain.slice(0, colon), password: plain.slice(colon + 1, end) };
}
