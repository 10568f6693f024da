import { string } from '@oclif/core/args';
import { boolean, integer, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { printable } from '../cli/output/text.js';
import { RemoraError } from '../errors.js';
import type { RequestLog } from '../serve/server.js';

/** Running requests have this long to finish. */
const GRACE_MS = 10_000;

/** `remora serve` */
export default class Serve extends BaseCommand {
  static override summary = 'Serve image layouts as a registry with the Referrers API';
  static override description =
    'DIRECTORY is a layout, which becomes one repository, or a directory of layouts, each a repository. The first push creates a repository. The first line of output is the address; Ctrl-C lets running requests finish.';
  static override examples = [
    { description: 'Serve a registry for development', command: '<%= config.bin %> serve ./registry' },
    {
      description: 'Serve one layout on a free port',
      command: '<%= config.bin %> serve --port 0 --name team/app ./layout',
    },
    {
      description: 'Serve others, with users and TLS',
      command:
        '<%= config.bin %> serve --host 0.0.0.0 --htpasswd users --cert-file cert.pem --key-file key.pem ./registry',
    },
  ];
  static override args = {
    directory: string({ description: 'An image layout, or a directory of layouts', required: true, ignoreStdin: true }),
  };
  static override flags = {
    host: stringFlag({ summary: 'Address to listen on', helpValue: 'ADDRESS', default: '127.0.0.1' }),
    port: integer({
      summary: 'Port to listen on; 0 takes a free one',
      helpValue: 'PORT',
      default: 5000,
      min: 0,
      max: 65535,
    }),
    name: stringFlag({
      summary: "Name of the repository when DIRECTORY is a layout [default: the folder's name]",
      helpValue: 'NAME',
    }),
    'read-only': boolean({ summary: 'Refuse every push and delete' }),
    htpasswd: stringFlag({ summary: 'Admit only the users of this file (htpasswd -B)', helpValue: 'FILE' }),
    'cert-file': stringFlag({
      summary: 'Serve https with this certificate (PEM)',
      helpValue: 'FILE',
      dependsOn: ['key-file'],
    }),
    'key-file': stringFlag({ summary: 'Key of the certificate (PEM)', helpValue: 'FILE', dependsOn: ['cert-file'] }),
    quiet: boolean({ char: 'q', summary: 'Print no line per request' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Serve);
    const [{ openRepositories }, { createServer }, { listen }, { isLoopback }, { keepSwept }] = await Promise.all([
      import('../store/layout/repositories.js'),
      import('../serve/server.js'),
      import('../serve/listen.js'),
      import('../oci/names/reference.js'),
      import('../serve/uploads.js'),
    ]);
    const { 'cert-file': certFile, 'key-file': keyFile } = flags;
    const tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
    if (
      !isLoopback(flags.host.includes(':') ? `[${flags.host}]` : flags.host) &&
      (tls === undefined || flags.htpasswd === undefined)
    ) {
      throw new RemoraError(
        'INVALID_ARGUMENT',
        `${flags.host} can be reached by others, and needs --htpasswd with --cert-file and --key-file`,
        {
          found: flags.host,
          hint: 'Give them, or listen on 127.0.0.1',
        },
      );
    }
    await this.#checkDirectory(args.directory, flags['read-only']);
    const authenticate =
      flags.htpasswd === undefined
        ? undefined
        : await (await import('../serve/htpasswd.js')).readHtpasswd(flags.htpasswd);
    this.endsByInterruption(GRACE_MS + 1000);
    const repositories = await openRepositories(args.directory, { name: flags.name });
    const listener = createServer(repositories, {
      readOnly: flags['read-only'],
      authenticate,
      onRequest: flags.quiet ? undefined : (log) => this.#log(log),
    });
    const server = await listen(listener, { host: flags.host, port: flags.port, tls });
    const started = {
      url: server.url,
      host: server.host,
      directory: args.directory,
      repositories: await repositories.names(),
    };
    const sweeping = flags['read-only'] ? undefined : keepSwept(repositories);
    // Whoever started it waits for this line, so it does not wait for the end.
    this.stdout.write(this.jsonEnabled() ? `${JSON.stringify(started)}\n` : `${server.url}\n`);
    // Whoever was impatient has interrupted it already.
    if (!this.signal.aborted)
      await new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }));
    sweeping?.stop();
    await server.close(GRACE_MS);
    return started;
  }

  /** A first push creates the directory; where none is possible, it is a mistake in the path. */
  async #checkDirectory(path: string, readOnly: boolean): Promise<void> {
    const [{ stat }, { fileError, systemCode }] = await Promise.all([
      import('node:fs/promises'),
      import('../io/files/system-error.js'),
    ]);
    const info = await stat(path).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT' && !readOnly) return undefined;
      throw fileError(error, path);
    });
    if (info !== undefined && !info.isDirectory())
      throw new RemoraError('INVALID_ARGUMENT', `${path} is a file, wanted a directory`, { found: path });
  }

  /** The address was printed when it was known. */
  protected override logJson(json: unknown): void {
    if (typeof json === 'object' && json !== null && 'error' in json) super.logJson(json);
  }

  #log({ method, path, status, bytes, milliseconds, error }: RequestLog): void {
    const line = this.jsonEnabled()
      ? JSON.stringify({
          method,
          path,
          status,
          bytes,
          milliseconds: Math.round(milliseconds),
          ...(error === undefined ? {} : { error }),
        })
      : `${method} ${printable(path)} ${status} ${bytes} ${milliseconds.toFixed(0)}ms${error === undefined ? '' : ` ${printable(error)}`}`;
    this.stderr.write(`${line}\n`);
  }
}
