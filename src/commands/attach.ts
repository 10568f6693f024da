import { string } from '@oclif/core/args';
import { boolean, option, string as stringFlag } from '@oclif/core/flags';
import { PackCommand } from '../cli/command/pack-command.js';
import { packFlags, platformFlag, registryFlags, settleFlag, uploadFlags } from '../cli/flags/flags.js';
import { errorFields } from '../errors.js';

/** `remora attach` */
export default class Attach extends PackCommand {
  static override summary = 'Attach files to an image or artifact';
  static override description =
    `Packs the files into an artifact whose subject is SUBJECT and pushes it beside it, by digest. It is then listed by the Referrers API, or by the referrers tag in registries without that API, and in a layout by its index.json.

Without --artifact-type the files tell it, all of them the same: by the type that is written behind them, by their content (SPDX, CycloneDX, SARIF, OpenVEX, CSAF, in-toto, Sigstore and others, see kinds), or by their extension. A document's own date becomes org.opencontainers.image.created unless something else sets it.

Attaching the same again gives the same digest and changes nothing.`;
  static override examples = [
    {
      description: 'Attach an SBOM to an image',
      command: '<%= config.bin %> attach ghcr.io/acme/app:v1 sbom.spdx.json',
    },
    {
      description: 'Attach a file of a type that only you know',
      command: '<%= config.bin %> attach --artifact-type application/vnd.acme.review ghcr.io/acme/app:v1 review.txt',
    },
    {
      description: 'To one platform of a multi-platform image in a layout',
      command:
        '<%= config.bin %> attach --platform linux/arm64 --artifact-type application/sarif+json oci:./layout:v1 scan.sarif',
    },
  ];
  static override args = {
    subject: string({
      description: 'What to attach to: host/repo:tag, host/repo@digest or oci:PATH:TAG',
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
      summary: 'Type of the artifact, by which it is found [default: what the files are recognised as]',
      helpValue: 'TYPE',
    }),
    ...packFlags,
    ...platformFlag,
    verify: boolean({ summary: 'List again afterwards, since some registries lose what they acknowledged' }),
    ...settleFlag,
    'layout-lists': option({ options: ['auto', 'none'] as const })({
      summary: 'In a layout that has lists of referrers as regctl or olareg write them, keep these true as well',
      default: 'auto' as const,
    }),
    clean: boolean({
      summary: 'Without the Referrers API, delete the list that is replaced, where the registry allows that',
      helpGroup: 'REGISTRY',
    }),
    ...uploadFlags,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Attach, this.guardedArgv());
    const [{ parsePlace }, { attach }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../operations/attach/attach.js'),
    ]);
    const place = parsePlace(args.subject);
    const { inputs, options } = await this.packInput(args.files ?? [], flags);
    const result = await attach(place, inputs, {
      ...options,
      ...(await this.access(flags, place)),
      platform: flags.platform,
      confirm: flags.verify,
      settle: flags.settle,
      clean: flags.clean,
      layoutLists: flags['layout-lists'],
      onUncleaned: (list, error) => this.note(`the replaced list ${list} stays: ${errorFields(error).message}`),
      dryRun: flags['dry-run'],
    });
    if ('dryRun' in result) return this.printDryRun(result);
    this.printPushed(result, [], result.subject.reference);
    return result;
  }
}
