import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import type { ConnectionFlags } from '../cli/flags/connection.js';
import { registryFlags } from '../cli/flags/flags.js';
import { printable } from '../cli/output/text.js';
import { isRemoraError, RemoraError } from '../errors.js';
import type { Credential } from '../io/credentials/credential.js';

/** `remora login` */
export default class Login extends BaseCommand {
  static override summary = 'Log in to a registry, or list stored credentials';
  static override description =
    'Asks the registry first, and stores accepted credentials where Docker and Podman look for them. Without --username it asks for name and password on the terminal.';
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
    if (flags.list) return this.#list();
    if (args.registry === undefined)
      throw new RemoraError('INVALID_ARGUMENT', 'login wants a registry', { hint: 'Write remora login ghcr.io' });
    const [{ parseRegistry }, { askCredential }] = await Promise.all([
      import('../oci/names/registry.js'),
      import('../cli/input/login-prompt.js'),
    ]);
    const registry = parseRegistry(args.registry);
    const credential = await askCredential(registry, flags, {
      stdin: process.stdin,
      stderr: this.stderr,
      signal: this.signal,
    });
    const verified = await this.#verify(registry, credential, flags);
    return this.#store(registry, credential, verified);
  }

  /** False when the registry asks nobody who they are. */
  async #verify(registry: string, credential: Credential, flags: ConnectionFlags): Promise<boolean> {
    const { pingRegistry } = await import('../store/registry/ping.js');
    const { username: _, ...others } = flags;
    const connection = await this.connection({ ...others, 'password-stdin': false, 'identity-token-stdin': false });
    const who = { credentials: async () => credential, signal: this.signal };
    try {
      return (await pingRegistry(registry, { ...connection, ...who })) === 'accepted';
    } catch (error) {
      if (!isRemoraError(error) || (error.code !== 'UNAUTHORIZED' && error.code !== 'FORBIDDEN')) throw error;
      throw new RemoraError(error.code, error.message, {
        ...(error.status === undefined ? {} : { status: error.status }),
        cause: error,
        hint: 'Check the name and the password or token; nothing was stored',
      });
    }
  }

  async #store(registry: string, credential: Credential, verified: boolean): Promise<object> {
    const [{ placesBeforeLogin, storeCredential }, { throwIfInterrupted }] = await Promise.all([
      import('../io/credentials/store.js'),
      import('../io/async/interrupt.js'),
    ]);
    throwIfInterrupted(this.signal);
    const { place, isHelper } = await storeCredential(registry, credential);
    const username = 'username' in credential ? credential.username : undefined;
    const who = username === undefined ? 'with an identity token' : `as ${username}`;
    this.print(printable(`Logged in to ${registry} ${who} (stored in ${place})`));
    if (!verified) this.note(`${registry} asked for no credentials: nothing was verified`);
    if (!isHelper) this.note(`stored without encryption in ${place}; a credential helper (credsStore) keeps it safer`);
    for (const earlier of await placesBeforeLogin(registry))
      this.note(`${earlier} has credentials of ${registry}, too, and is asked first`);
    return { registry, ...(username === undefined ? {} : { username }), stored: place, verified };
  }

  async #list(): Promise<object> {
    const [{ listCredentials }, { renderCredentials }, { unaskedJson, unaskedNote }] = await Promise.all([
      import('../io/credentials/list.js'),
      import('../cli/output/credentials.js'),
      import('../cli/output/unasked.js'),
    ]);
    const { credentials, incomplete } = await listCredentials();
    this.print(renderCredentials(credentials));
    for (const unasked of incomplete) this.note(unaskedNote(unasked));
    if (incomplete[0] !== undefined) process.exitCode = exitCodeFor(incomplete[0].error);
    else if (credentials.length === 0) this.note('no credentials are stored');
    return { credentials, ...(incomplete.length === 0 ? {} : { incomplete: incomplete.map(unaskedJson) }) };
  }
}
