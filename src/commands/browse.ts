import { string } from '@oclif/core/args';
import { boolean, integer } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { accessByRegistry, repeatedFlags } from '../cli/flags/browse.js';
import { limitFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';

/** Running requests have this long to finish. */
const GRACE_MS = 500;

/** `remora browse` */
export default class Browse extends BaseCommand {
  static override summary = 'Look at images and what is attached in a web browser';
  static override description =
    'Shows registries (with your stored credentials), image layouts and archives: tags, platforms, layers, everything attached, and files with a preview. It is read-only, listens on 127.0.0.1 alone, and admits only those who open the address that it prints first. Ctrl-C ends it.';
  static override examples = [
    { description: 'Look at an image', command: '<%= config.bin %> browse ghcr.io/acme/app:v1' },
    {
      description: 'Look at an image layout on a fixed port',
      command: '<%= config.bin %> browse --port 8080 oci:./layout',
    },
    { description: 'Print the address, and open it elsewhere', command: '<%= config.bin %> browse --no-open' },
  ];
  static override args = {
    place: string({
      description: 'A registry, repository, image, layout or archive [default: a page that asks for one]',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    open: boolean({ summary: 'Open the address in the browser', default: true, allowNo: true }),
    port: integer({
      summary: 'Port to listen on; 0 takes a free one',
      helpValue: 'PORT',
      default: 0,
      min: 0,
      max: 65535,
    }),
    ...limitFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Browse);
    const { browse, registryOf } = await import('../browse/browse.js');
    this.endsByInterruption(GRACE_MS + 1000);
    const own = args.place === undefined ? undefined : registryOf(args.place);
    const note = (text: string) => this.note(text);
    const access = await accessByRegistry(flags, own, await this.access(flags), note);
    const { place } = args;
    const server = await browse({
      place,
      port: flags.port,
      access,
      authFile: flags['auth-file'],
      flags: repeatedFlags(flags),
    });
    const started = { url: server.url, ...(place === undefined ? {} : { place }) };
    // Callers wait for this line, so it is printed at the start.
    this.stdout.write(this.jsonEnabled() ? `${JSON.stringify(started)}\n` : `${server.url}\n`);
    if (flags.open && !this.jsonEnabled()) await this.#open(server.launchUrl());
    // The signal may be aborted already.
    if (!this.signal.aborted)
      await new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.close(GRACE_MS);
    return started;
  }

  /** The command goes on without a browser: the address stands above. */
  async #open(url: string): Promise<void> {
    const { openBrowser, whyNoBrowser } = await import('../browse/open-browser.js');
    const why = whyNoBrowser() ?? (await openBrowser(url));
    this.note(
      why === undefined
        ? 'press Ctrl-C to end'
        : `no browser was opened (${why}): open the address yourself; Ctrl-C ends`,
    );
  }

  /** Prints errors only: the address was printed at the start. */
  protected override logJson(json: unknown): void {
    if (typeof json === 'object' && json !== null && 'error' in json) super.logJson(json);
  }
}
