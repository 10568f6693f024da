import * as z from 'zod';
import { isRemoraError, RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import { systemCode } from '../files/system-error.js';
import { addSecret, redact } from '../redact.js';
import type { Credential } from './credential.js';
import { secretsOf } from './credential.js';
import { type ProgramResult, runProgram } from './run-program.js';

const answerSchema = () => z.looseObject({ Username: z.string().nullish(), Secret: z.string().nullish() });
const listSchema = () => z.record(z.string(), z.string());

/** The user name under which helpers keep identity tokens. */
const TOKEN_USER = '<token>';
/** How helpers say that they have nothing; some versions of the one for macOS pass on what the system says. */
const NOT_FOUND = /^(?:credentials not found in native keychain|The specified item could not be found in the keychain)/;
const TIMEOUT_MS = 30_000;
const MAX_OUTPUT = 64 * 1024;
const MAX_SAID = 200;

/** A `docker-credential-NAME` program. Servers are named as {@link serverName} has it. */
export interface CredentialHelper {
  readonly program: string;
  /** Undefined when it has none. */
  get(server: string): Promise<Credential | undefined>;
  store(server: string, credential: Credential): Promise<void>;
  erase(server: string): Promise<void>;
  /** The servers that it knows, with their users; undefined for an identity token. */
  list(): Promise<ReadonlyMap<string, string | undefined>>;
}

/** Options of {@link credentialHelper}. */
export interface HelperOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file or variable that names it, for messages. */
  readonly configured: string;
  /** Milliseconds. @default 30000 */
  readonly timeout?: number | undefined;
}

/** The helper of a name that was checked (`checkHelperName`). Its methods throw `UNAUTHORIZED`, `TIMEOUT`, `MALFORMED`. */
export function credentialHelper(name: string, options: HelperOptions): CredentialHelper {
  const program = `docker-credential-${name}`;
  const hint = `take ${name} out of credsStore and credHelpers in ${options.configured}`;
  const run = async (action: string, input: string): Promise<ProgramResult> => {
    const { env, timeout = TIMEOUT_MS } = options;
    return runProgram(program, [action], { input, env, timeout, limit: MAX_OUTPUT }).catch((cause: unknown) => {
      if (isRemoraError(cause)) throw cause;
      const why = systemCode(cause) === 'ENOENT' ? 'is not installed' : `cannot be run: ${systemCode(cause) ?? cause}`;
      throw new RemoraError('UNAUTHORIZED', `${program} ${why}, and ${options.configured} asks for it`, {
        cause,
        hint: `Install ${program}, or ${hint}`,
      });
    });
  };
  const expectSuccess = (result: ProgramResult, action: string, server: string): Buffer => {
    if (result.code === 0) return result.stdout;
    const what = server === '' ? action : `${action} ${server}`;
    throw new RemoraError('UNAUTHORIZED', `${program} could not ${what}${said(result)}`, {
      hint: `Unlock or repair the credential helper, or ${hint}`,
    });
  };
  return {
    program,
    async get(server) {
      const result = await run('get', server);
      if (isNotFound(result)) return undefined;
      const what = `answer of ${program}`;
      const answer = checkShape(answerSchema(), parseJson(expectSuccess(result, 'get', server), what), what);
      return toCredential(answer.Username ?? '', answer.Secret ?? '');
    },
    async store(server, credential) {
      for (const secret of secretsOf(credential)) addSecret(secret);
      const input = JSON.stringify({ ServerURL: server, ...fromCredential(credential, program) });
      expectSuccess(await run('store', input), 'store', server);
    },
    async erase(server) {
      const result = await run('erase', server);
      if (!isNotFound(result)) expectSuccess(result, 'erase', server);
    },
    async list() {
      const what = `list of ${program}`;
      const servers = checkShape(listSchema(), parseJson(expectSuccess(await run('list', ''), 'list', ''), what), what);
      return new Map(Object.entries(servers).map(([server, user]) => [server, user === TOKEN_USER ? undefined : user]));
    },
  };
}

function toCredential(username: string, secret: string): Credential | undefined {
  if (username === '' && secret === '') return undefined;
  return username === TOKEN_USER ? { identityToken: secret } : { username, password: secret };
}

function fromCredential(credential: Credential, program: string): { Username: string; Secret: string } {
  if ('password' in credential) return { Username: credential.username, Secret: credential.password };
  if ('identityToken' in credential) return { Username: TOKEN_USER, Secret: credential.identityToken };
  throw new RemoraError('UNSUPPORTED', `${program} cannot keep a registry token, wanted a password or identity token`);
}

/** Helpers write their errors to standard output. */
function isNotFound({ code, stdout }: ProgramResult): boolean {
  return code !== 0 && NOT_FOUND.test(stdout.toString('utf8').trim());
}

/** Words of a message. A word of another form, or behind "password is", can be a part of an answer. */
const PLAIN = /^["'(]?(?:[a-z]{1,16}|[A-Z][a-z]{0,15}|[A-Z]{2,5})[)"'.,:;!?]{0,2}$/;
const NAMES_SECRET =
  /\b(?:pass|password|passphrase|passcode|secret|token|key|credentials?)["']?(?: (?:is|was|=|:)|:)$/i;

/** The first line of what it wrote. remora does not know yet which secret it keeps, which must not be shown. */
function said({ stdout, stderr }: ProgramResult): string {
  const texts = [stdout, stderr].map((bytes) => bytes.toString('utf8').trim().split('\n')[0]?.trim() ?? '');
  const line = texts.find((text) => text !== '' && !text.startsWith('{') && !text.startsWith('['));
  return line === undefined ? '' : `: ${quote(plainWords(redact(line).slice(0, MAX_SAID)))}`;
}

function plainWords(line: string): string {
  const shown: string[] = [];
  for (const word of line.split(' ')) {
    const isPlain = PLAIN.test(word) && !NAMES_SECRET.test(shown.slice(-2).join(' '));
    shown.push(word === '' || isPlain ? word : '***');
  }
  return shown.join(' ');
}
