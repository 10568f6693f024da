import { string } from '@oclif/core/args';
import { option, string as stringFlag } from '@oclif/core/flags';
import { PackCommand } from '../cli/command/pack-command.js';
import { packFlags, registryFlags, uploadFlags } from '../cli/flags/flags.js';

/** `remora push` */
export default class Push extends PackCommand {
  static override summary = 'Pack files into an artifact and push it to a registry or an image layout';
  static override description =
    'Each file becomes a layer with its path as title; a directory becomes a tar+gzip layer. The artifact type comes from the files if all have the same type. The same files, names, types and annotations give the same digest.';
  static override aliases = ['pack'];
  static override examples = [
    {
      description: 'Push two files with a tag',
      command: '<%= config.bin %> push ghcr.io/acme/config:v1 app.yaml schema.json:application/schema+json',
    },
    {
      description: 'Push into an image layout, with three tags',
      command: '<%= config.bin %> push oci:./layout:v1,v1.0,latest report.pdf',
    },
    {
      description: 'Push from a pipe',
      command: 'syft . -o spdx-json | <%= config.bin %> push ghcr.io/acme/sboms:app -:sbom.spdx.json',
    },
  ];
  static override args = {
    target: string({
      description: 'Repository or layout with any number of tags: host/repo:v1,latest or oci:PATH:v1',
      required: true,
      ignoreStdin: true,
    }),
    files: string({
      description: 'FILE[:TYPE], a directory, or -:NAME for standard input',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    'artifact-type': stringFlag({
      summary: 'Type of the artifact [default: the recognised type of the files]',
      helpValue: 'TYPE',
    }),
    as: option({ options: ['helm', 'generic'] as const })({
      summary: 'Pack as Helm does, or each file as it is [default: a Helm chart as Helm does]',
    }),
    platform: stringFlag({
      summary: 'Put it into the index of the tag for this platform, beside those of others; a new tag begins one',
      helpValue: 'OS/ARCH[/VARIANT]',
    }),
    ...packFlags,
    ...uploadFlags,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Push, this.guardedArgv());
    await this.checkOrder(args.target, args.files ?? []);
    const [{ versionedPlace }, { formatPlace }, { push }] = await Promise.all([
      import('../operations/places/versioned-target.js'),
      import('../oci/names/place.js'),
      import('../operations/push/push.js'),
    ]);
    const place = versionedPlace(args.target);
    const { inputs, options: packing } = await this.packInput(args.files ?? [], flags);
    const options = { ...packing, platform: flags.platform, as: flags.as, onNote: (note: string) => this.note(note) };
    // A failure has its own first line.
    const noteEmpty = () => {
      if (inputs.length === 0 && !this.jsonEnabled()) this.note('no file was given: the artifact has none');
    };
    if (flags['dry-run']) {
      const planned = await push(args.target, inputs, { ...options, dryRun: true });
      noteEmpty();
      return this.printDryRun(planned);
    }
    const result = await push(args.target, inputs, { ...options, ...(await this.access(flags, place)) });
    noteEmpty();
    await this.printPushed(
      result,
      result.tags.map((tag) => formatPlace(place, { tag })),
    );
    return result;
  }
}
