import { string } from '@oclif/core/args';
import { boolean, option, string as stringFlag } from '@oclif/core/flags';
import { PackCommand } from '../cli/command/pack-command.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, packFlags, platformFlag, registryFlags, settleFlag, uploadFlags } from '../cli/flags/flags.js';
import { signKeyFlags } from '../cli/flags/signing.js';
import { screenFor } from '../cli/output/screen.js';
import { errorFields } from '../errors.js';
import { ATTACH_TO } from '../operations/attach/options.js';
import type { AttachEachDryRunResult, AttachEachResult, AttachResult } from '../operations/attach/schema.js';

/** `remora attach` */
export default class Attach extends PackCommand {
  static override summary = 'Attach files to an image or artifact';
  static override description =
    'Packs the files into an artifact whose subject is SUBJECT, and pushes it by digest. The artifact type comes from the TYPE of a file, its content or its extension; remora kinds lists the types. Attaching the same files with the same flags again changes nothing.';
  static override examples = [
    {
      description: 'Attach an SBOM to an image',
      command: '<%= config.bin %> attach ghcr.io/acme/app:v1 sbom.spdx.json',
    },
    {
      description: 'Attach to each platform of an image a file of its own',
      command: "<%= config.bin %> attach ghcr.io/acme/app:v1 --each-platform 'sbom-{os}-{arch}{variant}.spdx.json'",
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
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
    ...signKeyFlags,
    ...packFlags,
    ...platformFlag,
    'each-platform': stringFlag({
      summary: 'A file of each platform, named by {os}, {arch}, {variant}; repeatable',
      helpValue: 'FILE[:TYPE]',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['platform', 'to', 'export-manifest'],
    }),
    to: option({ options: ATTACH_TO })({
      summary: 'Of an index: it, its platforms, or both [default: index]',
      exclusive: ['platform'],
    }),
    ...limitFlag,
    ...elsewhereFlag,
    confirm: boolean({ summary: 'List again, since some registries lose what they acknowledged' }),
    ...settleFlag,
    'layout-lists': option({ options: ['auto', 'none'] as const })({
      summary: 'Update the lists of referrers that regctl and olareg keep in a layout',
      default: 'auto' as const,
    }),
    clean: boolean({
      summary: 'Without the Referrers API, delete the list that is replaced',
      helpGroup: 'REGISTRY',
    }),
    ...uploadFlags,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Attach, this.guardedArgv());
    await this.checkOrder(args.subject, args.files ?? []);
    const [{ resolvePlace }, { attach }, { requireFiles }] = await Promise.all([
      import('../operations/places/location.js'),
      import('../operations/attach/attach.js'),
      import('../cli/input/pack-arguments.js'),
    ]);
    const place = resolvePlace(args.subject);
    requireFiles(args.files ?? [], flags);
    const { inputs, options } = await this.packInput(args.files ?? [], flags);
    const result = await attach(place, inputs, {
      ...options,
      ...(await this.access(flags, place)),
      platform: flags.platform,
      eachPlatform: flags['each-platform'] !== undefined,
      to: flags.to,
      confirm: flags.confirm,
      settle: flags.settle,
      clean: flags.clean,
      layoutLists: flags['layout-lists'],
      onUncleaned: (list, error) => this.note(`the replaced list ${list} stays: ${errorFields(error).message}`),
      sign: await this.signWith(flags),
      dryRun: flags['dry-run'],
    });
    if ('attachments' in result) return this.#showEach(result);
    if ('dryRun' in result) return this.printDryRun(result);
    await this.printPushed(result, [], result);
    return this.#noteSame(result);
  }

  async #noteSame(result: AttachResult): Promise<AttachResult> {
    if (result.sameContent === undefined || this.jsonEnabled()) return result;
    const { sameNotes } = await import('../cli/output/results/attach.js');
    for (const note of sameNotes(result)) this.note(note);
    return result;
  }

  async #showEach(result: AttachEachResult | AttachEachDryRunResult): Promise<object> {
    const { eachNotes, renderEach } = await import('../cli/output/results/attach.js');
    const screen = await screenFor(result.attachments, this.stdout);
    this.print(() => renderEach(result, screen));
    for (const note of eachNotes(result)) this.note(note);
    if ('dryRun' in result) this.note('dry run: nothing was written');
    return result;
  }
}
