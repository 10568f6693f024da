import { string } from '@oclif/core/args';
import { boolean, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { platformFlag, registryFlags } from '../cli/flags/flags.js';
import { selectionFlags, selectionFrom } from '../cli/flags/selection.js';
import { formatSize, painter, printable } from '../cli/output/text.js';
import { FORMATS } from '../formats/kinds/kind.js';
import type { SelectedArtifact, SelectedFile } from '../operations/pull/pull.js';

/** `remora pull` */
export default class Pull extends BaseCommand {
  static override summary = 'Fetch the files of an artifact, or attachments of an image';
  static override description =
    'Writes each file under its title; every byte is verified before a file takes its name. With a flag that selects, the files come from the attachments of REFERENCE and of its platforms. Several matches are listed and none is fetched, unless --latest or --all is given.';
  static override examples = [
    {
      description: 'Pull the files of an artifact',
      command: '<%= config.bin %> pull -o config ghcr.io/acme/config:v1',
    },
    {
      description: 'Pull the SBOM of an image, however it is attached',
      command: '<%= config.bin %> pull --kind sbom --platform linux/amd64 ghcr.io/acme/app:v1',
    },
    {
      description: 'Pull all attachments, side by side',
      command: "<%= config.bin %> pull --all --name '{kind}-{platform}-{digest:12}{ext}' -o out ghcr.io/acme/app:v1",
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
    ...selectionFlags,
    format: option({ options: FORMATS, multiple: true, multipleNonGreedy: true })({
      summary: 'Attachments of this format; can be given several times',
      helpValue: 'FORMAT',
      helpGroup: 'SELECTION',
    }),
    latest: boolean({
      summary: 'The newest that fits, by org.opencontainers.image.created',
      helpGroup: 'SELECTION',
      exclusive: ['all'],
    }),
    all: boolean({ summary: 'All attachments that fit, or all there are', helpGroup: 'SELECTION' }),
    name: stringFlag({
      summary: 'Names of files, from {kind} {format} {platform} {digest} {digest:N} {title} {ext} {type}',
      helpValue: 'TEMPLATE',
      exclusive: ['stdout'],
    }),
    unwrap: boolean({ summary: 'Write the document inside an in-toto statement; verifies no signature' }),
    stdout: boolean({ summary: 'Write the one file to standard output', exclusive: ['no-clobber', 'json'] }),
    'no-clobber': boolean({ char: 'n', summary: 'Fail, and write nothing, when a file exists with other content' }),
    ...platformFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Pull);
    const [{ parsePlace }, { parsePlatform }, { parseTemplate }, { pullSelected }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../oci/values/platform.js'),
      import('../operations/pull/template.js'),
      import('../operations/pull/pull.js'),
    ]);
    const place = parsePlace(args.reference);
    const selection = selectionFrom(flags);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    // A template that cannot be used is told before anything is asked.
    if (flags.name !== undefined) parseTemplate(flags.name);
    const store = await this.open(place, flags);
    const options = {
      selector: place,
      platform,
      selection,
      output: flags.output,
      name: flags.name,
      unwrap: flags.unwrap,
      noClobber: flags['no-clobber'],
      concurrency: flags.concurrency,
      signal: this.signal,
      onProgress: await this.progress(),
    };
    if (flags.stdout) {
      const { streamSelected } = await import('../operations/pull/to-stream.js');
      const descriptor = await streamSelected(store, this.stdout, options);
      this.#warn(flags.unwrap);
      return descriptor;
    }
    const result = await pullSelected(store, options);
    this.print(result.artifacts.map((artifact) => this.#render(artifact)).join('\n'));
    this.#warn(flags.unwrap && !this.jsonEnabled());
    return result;
  }

  #warn(isUnwrapped: boolean): void {
    if (isUnwrapped) this.note('unwrapped without verifying the signature');
  }

  #render({ reference, files }: SelectedArtifact): string {
    const paint = painter(this.stdout);
    if (files.length === 0) this.note(`${reference} has no files`);
    return files.map((file) => `${printable(file.path)}  ${paint('dim', facts(file))}`).join('\n');
  }
}

/** What is known of a file: its size, for attached ones also what it is and how it was found. */
function facts({ size, result, kind, platform, via }: SelectedFile): string {
  const found = [kind, via && `via ${via.join('+')}`].filter((word) => word !== undefined).join(' ');
  return [
    formatSize(size),
    ...(via === undefined ? [] : [found]),
    ...(platform === undefined || via === undefined ? [] : [printable(platform)]),
    ...(result === 'unchanged' ? ['unchanged'] : []),
  ].join(', ');
}
