import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { platformFlag, registryFlags } from '../cli/flags.js';
import { formatSize, painter, printable } from '../cli/text.js';
import type { PulledArtifact } from '../operations/pull.js';

/** `remora pull` */
export default class Pull extends BaseCommand {
  static override summary = 'Fetch the files of an artifact, or of what is attached to an image';
  static override description =
    `Writes each file under its title. Every byte is verified before a file takes its name; a file that is there and right is left alone.

With --artifact-type, --latest or --all the files come from what is attached to REFERENCE, in one step.`;
  static override examples = [
    { description: 'Files of an artifact', command: '<%= config.bin %> pull -o config ghcr.io/acme/config:v1' },
    {
      description: 'The SBOM that is attached to an image',
      command: '<%= config.bin %> pull --artifact-type application/spdx+json ghcr.io/acme/app:v1',
    },
    {
      description: 'Into a pipe',
      command:
        '<%= config.bin %> pull --stdout --artifact-type application/spdx+json ghcr.io/acme/app:v1 | jq .packages[].name',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    output: stringFlag({ char: 'o', summary: 'Directory for the files', helpValue: 'DIR', default: '.' }),
    'artifact-type': stringFlag({ summary: 'Fetch what is attached with this type', helpValue: 'TYPE' }),
    latest: boolean({
      summary: 'Of several attached ones, the newest by org.opencontainers.image.created',
      exclusive: ['all'],
    }),
    all: boolean({ summary: 'All attached ones, each in a directory of its own when there are several' }),
    stdout: boolean({ summary: 'Write the one file to standard output', exclusive: ['no-clobber', 'json'] }),
    'no-clobber': boolean({ char: 'n', summary: 'Fail, and write nothing, when a file exists with other content' }),
    ...platformFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Pull);
    const [{ parsePlace }, { parsePlatform }, { parseMediaType }, { pullSelected }] = await Promise.all([
      import('../oci/place.js'),
      import('../oci/platform.js'),
      import('../oci/media-types.js'),
      import('../operations/pull-selected.js'),
    ]);
    const place = parsePlace(args.reference);
    const artifactType =
      flags['artifact-type'] === undefined ? undefined : parseMediaType(flags['artifact-type'], 'artifact type');
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const attached = artifactType !== undefined || flags.latest || flags.all;
    const store = await this.open(place, flags);
    const options = {
      selector: place,
      platform,
      selection: attached ? { artifactType, latest: flags.latest, all: flags.all } : undefined,
      output: flags.output,
      noClobber: flags['no-clobber'],
      concurrency: flags.concurrency,
      signal: this.signal,
      onProgress: await this.progress(),
    };
    if (flags.stdout) {
      const { streamSelected } = await import('../operations/pull-stream.js');
      return streamSelected(store, this.stdout, options);
    }
    const result = await pullSelected(store, options);
    this.print(result.artifacts.map((artifact) => this.#render(artifact)).join('\n'));
    return result;
  }

  #render({ reference, files }: PulledArtifact): string {
    const paint = painter(this.stdout);
    if (files.length === 0) this.note(`${reference} has no files`);
    return files
      .map(
        ({ path, size, result }) =>
          `${printable(path)}  ${paint('dim', `${formatSize(size)}${result === 'unchanged' ? ', unchanged' : ''}`)}`,
      )
      .join('\n');
  }
}
