import { string } from '@oclif/core/args';
import { boolean, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeForPart } from '../cli/command/exit-codes.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { lookSelectionFrom, selectionFlags } from '../cli/flags/selection.js';
import { useFlags, useFrom } from '../cli/flags/use.js';
import { waitFlag } from '../cli/flags/wait.js';
import { fitText } from '../cli/output/grid.js';
import { screenOf } from '../cli/output/screen.js';
import { formatSize, printable } from '../cli/output/text.js';
import { signerWords, trustNotes, unverifiedNotes } from '../cli/output/use.js';
import { widthOf } from '../cli/output/width.js';
import { type ErrorFields, RemoraError } from '../errors.js';
import { FORMATS } from '../formats/kinds/kind.js';
import type { PulledArtifact, PulledFile, PullResult } from '../operations/pull/pull.js';

type Unverified = NonNullable<PullResult['unverified']>;

/** Replaced files that the note on standard error names. */
const MAX_NAMED = 10;

/** `remora pull` */
export default class Pull extends BaseCommand {
  static override summary = 'Fetch the files of an artifact, or attachments of an image';
  static override description =
    'Writes each file under its title, and verifies every byte before a file takes its name. A flag that selects fetches attachments of REFERENCE and of its platforms instead. If several attachments match, they are listed and not fetched, unless --latest or --all is given.';
  static override examples = [
    {
      description: 'Pull some files of an artifact, or without --file all',
      command: "<%= config.bin %> pull --file '*.json' -o config ghcr.io/acme/config:v1",
    },
    {
      description: 'Pull the SBOM of an image, however it is attached',
      command: '<%= config.bin %> pull --kind sbom --platform linux/amd64 ghcr.io/acme/app:v1',
    },
    {
      description: 'Pull the signed SBOM of an image, only where the key verifies it',
      command: '<%= config.bin %> pull --kind sbom --unwrap --verify --key cosign.pub ghcr.io/acme/app:v1',
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
    output: stringFlag({
      char: 'o',
      summary:
        'Directory for the files [default: .]; the name of the only file, with its extension; - is standard output',
      helpValue: 'DIR|FILE',
    }),
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
    file: stringFlag({
      summary: 'Only files whose names in the artifact fit this pattern; each one given must fit a file',
      helpValue: 'GLOB',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'media-type': stringFlag({
      summary: 'Only files of this media type; can be given several times',
      helpValue: 'TYPE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    config: boolean({ summary: 'Also the config: under its title, else as config.json' }),
    unwrap: boolean({ summary: 'Write the document inside an in-toto statement; verified only with --verify' }),
    ...useFlags,
    stdout: boolean({ summary: 'Write the one file to standard output', exclusive: ['no-clobber', 'json'] }),
    'no-clobber': boolean({ char: 'n', summary: 'Fail, and write nothing, when a file exists with other content' }),
    ...waitFlag,
    ...platformFlag,
    ...limitFlag,
    ...elsewhereFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Pull);
    const { platform, output, name, unwrap, concurrency, 'no-clobber': noClobber } = flags;
    const selection = lookSelectionFrom(flags);
    const { place, ...begun } = (await import('../operations/looked/looked-at.js')).lookedAt(args.reference);
    const isStandardOutput = output === '-' || output === '/dev/stdout';
    if (isStandardOutput) refuseBeside(flags, this.jsonEnabled());
    if (name !== undefined) (await import('../operations/pull/template.js')).parseTemplate(name);
    const access = { ...(await this.access(flags, place)), ...begun };
    const use = await useFrom(flags);
    if (use.verify) this.isGateOf(args.reference);
    const parts = { files: flags.file, mediaTypes: flags['media-type'], config: flags.config };
    const options = { ...access, ...use, ...parts, selection, platform, unwrap, onProgress: await this.progress() };
    if (flags.stdout || isStandardOutput) {
      const { pullToStream } = await import('../operations/pull/to-stream.js');
      const onUnverified = (left: Unverified) => this.#notes(unverifiedNotes(left));
      const descriptor = await pullToStream(place, this.stdout, { ...options, onUnverified });
      this.#notes(trustNotes(use));
      this.#warn(unwrap && !use.verify);
      return descriptor;
    }
    const { pull } = await import('../operations/pull/pull.js');
    const result = await pull(place, { ...options, output, name, noClobber, concurrency });
    this.print(result.artifacts.map((artifact) => this.#render(artifact)).join('\n'));
    this.#tellReplaced(result);
    this.#notes([...unverifiedNotes(result.unverified), ...trustNotes(use)]);
    this.#warn(unwrap && !use.verify && !this.jsonEnabled());
    await this.#tellGate(result);
    return result;
  }

  /** The files with the signatures that verify them, or what was left out of them. */
  async #tellGate({ reference, artifacts, incomplete }: PullResult): Promise<void> {
    const { useGate } = await import('../cli/gates/use.js');
    const files = artifacts.flatMap((artifact) => artifact.files);
    await this.conclude(
      useGate(
        reference,
        files.map(({ path, verified }) => ({ name: path, verified })),
        incomplete.map(({ way, error }) => leftOutNote(way, error)),
      ),
    );
    if (incomplete.length > 0) process.exitCode = exitCodeForPart(incomplete.map(({ error }) => error));
  }

  #notes(notes: readonly string[]): void {
    for (const note of notes) this.note(note);
  }

  #warn(isUnwrapped: boolean): void {
    if (isUnwrapped) this.note('unwrapped without verifying the signature');
  }

  #tellReplaced({ artifacts }: PullResult): void {
    const replaced = [...new Set(artifacts.flatMap(({ files }) => files.flatMap((file) => file.replaced ?? [])))];
    if (replaced.length === 0) return;
    const more = replaced.length > MAX_NAMED ? ` and ${replaced.length - MAX_NAMED} more` : '';
    this.note(`replaced ${replaced.slice(0, MAX_NAMED).join(', ')}${more}`);
  }

  #render({ reference, files }: PulledArtifact): string {
    if (files.length === 0) this.note(`${reference} has no files`);
    const { paint, width } = screenOf(this.stdout);
    const line = (file: PulledFile) => {
      // A path is a result to copy, and stays whole.
      const path = printable(file.path);
      const room = width === undefined ? undefined : width - widthOf(path) - 2;
      return `${path}  ${paint('dim', fitText(facts(file, room), room))}`;
    };
    return files.map(line).join('\n');
  }
}

/** @throws RemoraError `INVALID_ARGUMENT` for flags that say the opposite of `-o -`, as oclif does for `--stdout` */
function refuseBeside(
  flags: { readonly name?: string | undefined; readonly 'no-clobber': boolean },
  isJson: boolean,
): void {
  const [other] = [
    ...(isJson ? ['--json'] : []),
    ...(flags.name === undefined ? [] : ['--name']),
    ...(flags['no-clobber'] ? ['--no-clobber'] : []),
  ];
  if (other === undefined) return;
  throw new RemoraError('INVALID_ARGUMENT', `-o - and ${other} cannot be used together`, {
    hint: 'Give -o a directory, or the name of a file',
  });
}

function leftOutNote(way: string, { message, hint }: ErrorFields): string {
  return `left out ${way}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** Facts of a file: its size; for an attachment its kind, how it was found where there is room for that, and the verdict. */
function facts({ size, result, kind, platform, via, verified }: PulledFile, room = Number.POSITIVE_INFINITY): string {
  const inWords = (way?: string): string =>
    [
      formatSize(size),
      ...(via === undefined ? [] : [[kind, way].filter((word) => word !== undefined).join(' ')]),
      ...(platform === undefined || via === undefined ? [] : [printable(platform)]),
      ...(result === 'unchanged' ? ['unchanged'] : []),
      ...(verified === undefined ? [] : [`verified by ${signerWords(verified)}`]),
    ]
      .filter((fact) => fact !== '')
      .join(', ');
  const whole = inWords(via && `via ${via.join('+')}`);
  return widthOf(whole) <= room ? whole : inWords();
}
