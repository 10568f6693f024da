import { string } from '@oclif/core/args';
import { boolean, integer, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { spaceFlags, spaceOptions } from '../cli/flags/space.js';
import { printable } from '../cli/output/text.js';
import type { GcLog } from '../serve/collect.js';
import type { RequestLog } from '../serve/server.js';

/** Running requests have this long to finish. */
const GRACE_MS = 10_000;

/** `remora serve` */
export default class Serve extends BaseCommand {
  static override summary = 'Serve image layouts as a registry with the Referrers API';
  static override description =
    'DIRECTORY is a layout, served as one repository, or a directory of layouts, each served as a repository. The first push creates a repository. The first line of output is the address; Ctrl-C lets running requests finish.';
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
    'allow-host': stringFlag({
      summary: 'Also answer to this name; repeatable [default: on loopback none, else any]',
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'max-connections': integer({
      summary: 'Connections at a time, half of them for one address',
      helpValue: 'N',
      default: 1000,
      min: 2,
    }),
    'read-only': boolean({ summary: 'Refuse every push and delete' }),
    htpasswd: stringFlag({ summary: 'Admit only the users of this file (htpasswd -B)', helpValue: 'FILE' }),
    'cert-file': stringFlag({
      summary: 'Serve https with this certificate (PEM)',
      helpValue: 'FILE',
      dependsOn: ['key-file'],
    }),
    'key-file': stringFlag({ summary: 'Key of the certificate (PEM)', helpValue: 'FILE', dependsOn: ['cert-file'] }),
    ...spaceFlags,
    pages: boolean({ summary: 'Show the repositories as web pages as well, to those who may read' }),
    quiet: boolean({ char: 'q', summary: 'Do not print a line per request' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Serve);
    const { serveDirectory } = await import('../serve/serve-directory.js');
    const { host, port, name, htpasswd, 'cert-file': certFile, 'key-file': keyFile } = flags;
    this.endsByInterruption(GRACE_MS + 1000);
    const server = await serveDirectory(args.directory, {
      host,
      port,
      name,
      htpasswd,
      allowHosts: flags['allow-host'],
      connections: flags['max-connections'],
      tls: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
      readOnly: flags['read-only'],
      ...spaceOptions(flags),
      onWarning: (text) => this.note(text),
      ...(flags.pages && { pages: (await import('../browse/served-pages.js')).servedPages }),
      ...(flags.quiet ? {} : this.#loggers),
    });
    const { url, repositories } = server;
    const started = { url, host: server.host, directory: args.directory, repositories };
    // Callers wait for this line, so it is printed at the start.
    this.stdout.write(this.jsonEnabled() ? `${JSON.stringify(started)}\n` : `${url}\n`);
    if (!server.isThere) this.#noteNew(args.directory);
    // The signal may be aborted already.
    if (!this.signal.aborted)
      await new Promise<void>((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.close(GRACE_MS);
    return started;
  }

  #noteNew(directory: string): void {
    if (!this.jsonEnabled()) this.note(`${directory} does not exist yet: the first push creates it`);
  }

  /** Prints errors only: the address was printed at the start. */
  protected override logJson(json: unknown): void {
    if (typeof json === 'object' && json !== null && 'error' in json) super.logJson(json);
  }

  readonly #loggers = {
    onRequest: (log: RequestLog) => this.#log(log),
    onCollected: (log: GcLog) => this.#logCollected(log),
  };

  #logCollected({ repository, blobs, bytes, error }: GcLog): void {
    const outcome = error === undefined ? `removed ${blobs} blobs, ${bytes} bytes` : printable(error);
    this.tell(
      this.jsonEnabled() ? JSON.stringify({ gc: repository, blobs, bytes, error }) : `gc ${repository}: ${outcome}`,
    );
  }

  #log({ method, path, status, bytes, milliseconds, error }: RequestLog): void {
    const line = this.jsonEnabled()
      ? JSON.stringify({ method, path, status, bytes, milliseconds: Math.round(milliseconds), error })
      : `${method} ${printable(path)} ${status} ${bytes} ${milliseconds.toFixed(0)}ms${error === undefined ? '' : ` ${printable(error)}`}`;
    this.tell(line);
  }
}
