import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeForPart } from '../cli/command/exit-codes.js';
import { copySelection, copySelectionFlags, sidesOf, twoRegistryFlags } from '../cli/flags/copy.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, platformFlag, registryFlags, settleFlag, unpackFlag, uploadFlags } from '../cli/flags/flags.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { useFlags, useFrom } from '../cli/flags/use.js';
import { copyNotes, describeObject, describeVolume, leftOutLines, renderCopy } from '../cli/output/results/copy.js';
import { screenFor, screenOf } from '../cli/output/screen.js';
import { trustNotes } from '../cli/output/use.js';
import type { CopyOptions } from '../operations/copy/copy.js';
import type { CopiedObject, CopyResult } from '../operations/copy/schema.js';
import type { UseOptions } from '../operations/verified/options.js';

/** `remora copy` */
export default class Copy extends BaseCommand {
  static override summary = 'Copy an image or artifact, and with -r all its attachments';
  static override description =
    'Copies between registries, image layouts and archives of these. Digests never change, and tags are written last. Without -r, attachments stay behind, and their number is printed. The same command again continues an interrupted copy.';
  static override aliases = ['cp'];
  static override examples = [
    {
      description: 'Copy an image with its SBOMs and signatures to another registry',
      command: '<%= config.bin %> copy -r ghcr.io/acme/app:v1 registry.example.com/acme/app',
    },
    {
      description: 'Copy into a file for a closed network, and only what the key verifies',
      command: '<%= config.bin %> copy -r --verify --key cosign.pub ghcr.io/acme/app:v1 oci-archive:app.tar',
    },
    {
      description: 'Back up a whole repository',
      command: '<%= config.bin %> copy -r --all-tags ghcr.io/acme/app oci-archive:backup.tar',
    },
  ];
  static override args = {
    source: string({
      description: 'host/repo:tag, host/repo@digest, oci:PATH:TAG or oci-archive:FILE:TAG',
      required: true,
      ignoreStdin: true,
    }),
    destination: string({
      description: 'host/repo[:tag,…], oci:PATH[:TAG,…] or oci-archive:FILE[:TAG,…]; without a tag the same one',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    recursive: boolean({ char: 'r', summary: 'Copy all attachments as well, at every depth', default: false }),
    ...platformFlag,
    ...limitFlag,
    ...elsewhereFlag,
    ...copySelectionFlags,
    ...useFlags,
    convert: boolean({
      summary: "List attachments under cosign tags, and BuildKit's in the index, as referrers as well",
      default: false,
    }),
    'all-tags': boolean({ summary: 'Copy every tag of the repository', default: false }),
    tag: stringFlag({
      summary: "Copy the tags that fit, like 'v1.*'; can be given several times",
      helpValue: 'PATTERN',
      multiple: true,
      multipleNonGreedy: true,
    }),
    semver: stringFlag({
      summary: "Copy the tags that are versions in this range, like '>=1.2 <2'; with other flags, among theirs",
      helpValue: 'RANGE',
    }),
    'no-tag': stringFlag({
      summary: "Leave out the tags that fit, like '*-rc*'; can be given several times",
      helpValue: 'PATTERN',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'tags-from': stringFlag({ summary: 'Copy the tags in this file, one a line', helpValue: 'FILE' }),
    'assume-complete': boolean({
      summary: 'Assume that a manifest at the destination has all its blobs',
      default: false,
    }),
    'no-clobber': boolean({
      summary: 'Keep and list tags of the destination that name something else',
      default: false,
      exclusive: ['overwrite'],
    }),
    overwrite: boolean({ summary: 'Replace an archive that exists', default: false }),
    'dry-run': boolean({ summary: 'Show what would be copied, and write nothing', default: false }),
    ...truncFlag,
    verbose: boolean({ summary: 'Print a line for each object on standard error', default: false }),
    ...settleFlag,
    ...uploadFlags,
    ...unpackFlag,
    ...registryFlags,
    ...twoRegistryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Copy);
    const [{ copyLocations }, { copy }, { tagNames }, { parsePlatform }] = await Promise.all([
      import('../operations/copy/locations.js'),
      import('../operations/copy/copy.js'),
      import('../cli/input/tag-names.js'),
      import('../oci/values/platform.js'),
    ]);
    const names = await tagNames(flags);
    const locations = copyLocations(args.source, args.destination, names !== undefined);
    const selection = copySelection(flags);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const [access, use] = [await this.access(flags), await useFrom(flags)];
    if (use.verify) this.isGateOf(args.source);
    const sides = await sidesOf(flags, locations, access, { stdin: process.stdin, note: (text) => this.note(text) });
    const result = await copy(args.source, args.destination, {
      ...use,
      ...sides,
      ...(await this.#view(flags, locations.to)),
      ...{ signal: this.signal, names, platform, selection, maxItems: access.maxItems },
      maxUnpackedBytes: access.maxUnpackedBytes,
      ...{ recursive: flags.recursive, countLeft: true, convert: flags.convert },
      ...{ assumeComplete: flags['assume-complete'], overwrite: flags.overwrite, noClobber: flags['no-clobber'] },
      ...{ dryRun: flags['dry-run'], settle: flags.settle, concurrency: flags.concurrency },
    });
    await this.#report(result, use, flags);
    if (selection !== undefined && result.attached === 0 && result.incomplete.length === 0)
      this.note('no attachment fits the selection, and none was copied');
    return result;
  }

  /** A bar for the whole copy, or a line for each object. */
  async #view(
    flags: { readonly verbose: boolean; readonly 'no-trunc': boolean; readonly 'dry-run': boolean },
    { kind }: { readonly kind: string },
  ): Promise<Pick<CopyOptions, 'onPlan' | 'onProgress' | 'onObject'>> {
    // An archive is written as a whole.
    this.goesOn = kind !== 'archive' && !flags['dry-run'];
    const view = flags['dry-run'] || flags.verbose ? undefined : await this.progressView();
    const note = flags.verbose ? this.#noteObject(flags) : undefined;
    return {
      onPlan: (volume) => view?.expect(describeVolume(volume), volume.bytes),
      onProgress: view?.onProgress,
      onObject: (object) => {
        this.arrived();
        note?.(object);
        view?.onDone(object.digest, object.size);
      },
    };
  }

  /** A note begins with the name of the program. */
  #noteObject(flags: { readonly 'no-trunc': boolean }): (object: CopiedObject) => void {
    const { width } = screenOf(this.stderr, { isWhole: flags['no-trunc'] });
    const room = width === undefined ? undefined : width - `${this.config.bin}: `.length;
    return (object) => this.note(describeObject(object, room));
  }

  async #report(result: CopyResult, use: UseOptions, flags: { readonly 'no-trunc': boolean }): Promise<void> {
    const screen = await screenFor(result.roots, this.stdout, flags);
    this.print(() => renderCopy(result, screen));
    const { useGate } = await import('../cli/gates/use.js');
    const roots = result.roots.map(({ reference: name, verified }) => ({ name, verified }));
    await this.conclude(useGate(roots.map(({ name }) => name).join(', '), roots, leftOutLines(result)));
    for (const note of [...copyNotes(result), ...trustNotes(use)]) this.note(note);
    if (result.incomplete.length > 0) process.exitCode = exitCodeForPart(result.incomplete.map(({ error }) => error));
  }
}
