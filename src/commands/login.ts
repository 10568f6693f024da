import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import type { ConnectionFlags } from '../cli/flags/connection.js';
import { registryFlags } from '../cli/flags/flags.js';
import { printable } from '../cli/output/text.js';
import { RemoraError } from '../errors.js';

/** `remora login` */
export default class Login extends BaseCommand {
  static override summary = 'Log in to a registry, or list stored credentials';
  static override description =
    'Tries the credentials at the registry, and stores accepted ones where Docker and Podman look for them. Without --username it asks for name and password on the terminal.';
  static override examples = [
    { description: 'Ask for name and password', command: '<%= config.bin %> login ghcr.io' },
    {
      description: 'Log in from a script',
      command: 'echo "$TOKEN" | <%= config.bin %> login ghcr.io --username ann --password-stdin',
    },
    { description: 'List stored credentials', command: '<%= config.bin %> login --list' },
  ];
  static override args = {
    registry: string({ description: 'Host of the registry: host[:port]', ignoreStdin: true }),
  };
  static override flags = {
    list: boolean({ summary: 'List stored credentials, without their secrets' }),
    ...registryFlags,
    username: stringFlag({
      char: 'u',
      summary: 'User name; without --password-stdin the terminal asks for the password',
      helpValue: 'NAME',
      helpGroup: 'REGISTRY',
    }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Login);
    if (flags.list && args.registry !== undefined) {
      throw new RemoraError('INVALID_ARGUMENT', 'login --list takes no registry: it lists all of them', {
        found: args.registry,
      });
    }
    if (flags.list) return this.#list(flags['auth-file']);
    if (args.registry === undefined)
      throw new RemoraError('INVALID_ARGUMENT', 'argument REGISTRY is missing', { hint: 'Write remora login ghcr.io' });
    return this.#login(args.registry, flags);
  }

  async #login(name: string, flags: ConnectionFlags): Promise<object> {
    const [{ parseRegistry }, { askCredential }, { login }] = await Promise.all([
      import('../oci/names/registry.js'),
      import('../cli/input/login-prompt.js'),
      import('../operations/login/login.js'),
    ]);
    const registry = parseRegistry(name);
    const { stderr, signal } = this;
    const credential = await askCredential(registry, flags, { stdin: process.stdin, stderr, signal });
    const authFile = flags['auth-file'];
    const others = {
      ...flags,
      'auth-file': undefined,
      username: undefined,
      'password-stdin': false,
      'identity-token-stdin': false,
    };
    const { connection } = await this.access(others);
    const result = await login(registry, { ...credential, connection, signal, authFile });
    const { username, stored, verified, isHelper, askedFirst } = result;
    const who = username === undefined ? 'with an identity token' : `as ${username}`;
    this.print(printable(`Logged in to ${registry} ${who} (stored in ${stored})`));
    if (!verified) this.note(`${registry} asked for no credentials: nothing was verified`);
    if (!isHelper) this.note(`stored without encryption in ${stored}; a credential helper (credsStore) keeps it safer`);
    for (const earlier of askedFirst) this.note(`${earlier} also has credentials of ${registry}, and is asked first`);
    if (authFile !== undefined) this.note(`commands find it with --auth-file, or REGISTRY_AUTH_FILE=${authFile}`);
    return result;
  }

  async #list(authFile: string | undefined): Promise<object> {
    const [{ listLogins }, { renderCredentials }, { unaskedNote }] = await Promise.all([
      import('../operations/login/list-logins.js'),
      import('../cli/output/credentials.js'),
      import('../cli/output/unasked.js'),
    ]);
    const result = await listLogins({ authFile });
    const { credentials, places, incomplete = [] } = result;
    this.print(renderCredentials(result));
    for (const unasked of incomplete) this.note(unaskedNote(unasked));
    if (incomplete[0] !== undefined) process.exitCode = exitCodeFor(incomplete[0].error);
    else if (credentials.length === 0)
      this.note(`no credentials are stored: asked ${places.map(({ from }) => from).join(', ')}`);
    return result;
  }
}
