import { boolean, string } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import type { Credential } from '../../io/credentials/credential.js';
import { keepSecret } from '../../io/redact.js';
import type { CopyLocations } from '../../operations/copy/locations.js';
import { readSecret } from './connection.js';

/** The source or the destination of a copy. */
export type Side = 'from' | 'to';

/** The words for each side. */
const SIDES: Readonly<Record<Side, 'source' | 'destination'>> = { from: 'source', to: 'destination' };
const ONE_SIDED = ['username', 'password-stdin', 'identity-token-stdin'];
const helpGroup = 'SIDES';

/** The flags for one of two registries; `help sides` shows them. */
export const sideFlags = {
  'from-plain-http': boolean({ summary: 'Use http with the source', exclusive: ['from-no-plain-http'], helpGroup }),
  'to-plain-http': boolean({ summary: 'Use http with the destination', exclusive: ['to-no-plain-http'], helpGroup }),
  'from-no-plain-http': boolean({ summary: 'Use https with the source', helpGroup }),
  'to-no-plain-http': boolean({ summary: 'Use https with the destination', helpGroup }),
  'from-insecure': boolean({ summary: '--insecure for the source', helpGroup }),
  'to-insecure': boolean({ summary: '--insecure for the destination', helpGroup }),
  'from-ca-file': file('--ca-file for the source'),
  'to-ca-file': file('--ca-file for the destination'),
  'from-cert-file': file('--cert-file for the source', 'from-key-file'),
  'to-cert-file': file('--cert-file for the destination', 'to-key-file'),
  'from-key-file': file('--key-file for the source', 'from-cert-file'),
  'to-key-file': file('--key-file for the destination', 'to-cert-file'),
  'from-username': username('from'),
  'to-username': username('to'),
  'from-password-stdin': password('from'),
  'to-password-stdin': password('to'),
  'from-identity-token-stdin': token('from'),
  'to-identity-token-stdin': token('to'),
  'from-auth-file': file('--auth-file for the source'),
  'to-auth-file': file('--auth-file for the destination'),
};

function file(summary: string, ...dependsOn: string[]) {
  return string({ summary, helpValue: 'FILE', helpGroup, dependsOn });
}

function username(side: Side) {
  const summary = `User name for the ${SIDES[side]}`;
  return string({ summary, helpValue: 'NAME', helpGroup, dependsOn: [`${side}-password-stdin`], exclusive: ONE_SIDED });
}

function password(side: Side) {
  const summary = `Read the password for the ${SIDES[side]} from standard input`;
  const exclusive = [...ONE_SIDED, `${side}-identity-token-stdin`];
  return boolean({ summary, helpGroup, dependsOn: [`${side}-username`], exclusive });
}

function token(side: Side) {
  return boolean({
    summary: `Read an identity token for the ${SIDES[side]} from standard input`,
    helpGroup,
    exclusive: ONE_SIDED,
  });
}

/** The values of the flags that name the user of a side. */
export type SideSecretFlags = Readonly<Record<`${Side}-${'password' | 'identity-token'}-stdin`, boolean>> &
  Readonly<Partial<Record<`${Side}-username`, string | undefined>>>;

/**
 * Reads the secrets of the sides from standard input, each a line: that of the source first.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: other lines than these, or a side that is not a registry
 */
export async function sideSecrets(
  flags: SideSecretFlags,
  { from, to }: CopyLocations,
  stdin: NodeJS.ReadStream,
): Promise<Partial<Readonly<Record<Side, Credential>>>> {
  const places = { from, to: to.at };
  const asked = (['from', 'to'] as const).flatMap((side) => {
    const flag = (['password', 'identity-token'] as const).find((kind) => flags[`${side}-${kind}-stdin`]);
    return flag === undefined ? [] : [{ side, flag: `--${side}-${flag}-stdin` }];
  });
  for (const { side, flag } of asked)
    if (!isRegistry(places[side]))
      throw new RemoraError('INVALID_ARGUMENT', `${flag} is given, and the ${SIDES[side]} is not a registry`, {
        hint: `Leave it out: the ${SIDES[side]} needs no credentials`,
      });
  if (asked.length === 0) return {};
  const text = await readSecret(stdin, asked.map(({ flag }) => flag).join(' with '));
  const secrets = linesOf(text, asked.length);
  return Object.fromEntries(asked.map(({ side }, index) => [side, credential(flags, side, secrets[index] ?? '')]));
}

function isRegistry(place: CopyLocations['from']): boolean {
  return ('store' in place ? place.store.kind : place.kind) === 'registry';
}

function credential(flags: SideSecretFlags, side: Side, secret: string): Credential {
  const name = flags[`${side}-username`];
  return name === undefined ? { identityToken: secret } : { username: name, password: secret };
}

/** Lines of the same number as sides: a line too much may be the secret of the other side, which no registry may get. */
function linesOf(text: string, wanted: number): readonly string[] {
  const lines = text.split(/\r?\n/);
  for (const line of lines) if (line !== '') keepSecret(line);
  if (lines.length === wanted && lines.every((line) => line !== '')) return lines;
  const [secrets, expected] = wanted === 1 ? ['one secret is', 'one line'] : ['two secrets are', 'two lines'];
  const found = lines.length === 1 ? 'one line' : `${lines.length} lines`;
  throw new RemoraError('INVALID_ARGUMENT', `${secrets} read from standard input, wanted ${expected}, got ${found}`, {
    hint:
      wanted === 1
        ? 'Write that of one side alone, or give the flag of the other side as well'
        : `Write both, that of the source first: printf '%s\\n' "$FROM" "$TO" | remora copy …`,
  });
}
