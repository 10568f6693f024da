import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { authFileFlag } from '../cli/flags/flags.js';
import { printable } from '../cli/output/text.js';

/** `remora logout` */
export default class Logout extends BaseCommand {
  static override summary = 'Remove the stored credentials of a registry';
  static override description =
    'Removes the credentials of exactly this host from every file and credential helper of Docker and Podman.';
  static override examples = [{ description: 'Remove an account', command: '<%= config.bin %> logout ghcr.io' }];
  static override args = {
    registry: string({ description: 'Host of the registry: host[:port]', required: true, ignoreStdin: true }),
  };

  static override flags = { ...authFileFlag };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Logout);
    const [{ logout }, { unaskedNote }] = await Promise.all([
      import('../operations/logout/logout.js'),
      import('../cli/output/unasked.js'),
    ]);
    const result = await logout(args.registry, { authFile: flags['auth-file'] });
    const { registry, removed, kept = [], incomplete = [] } = result;
    if (removed.length > 0) this.print(printable(`Removed credentials of ${registry} from ${removed.join(', ')}`));
    for (const unasked of incomplete) this.note(unaskedNote(unasked));
    for (const place of kept) this.note(`${place} has credentials of ${registry}, and cannot be changed from here`);
    if (incomplete[0] !== undefined) process.exitCode = exitCodeFor(incomplete[0].error);
    else if (removed.length === 0 && kept.length === 0) this.note(`not logged in to ${registry}`);
    return result;
  }
}
