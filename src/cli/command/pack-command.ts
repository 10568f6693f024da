import { RemoraError } from '../../errors.js';
import type { AttachResult } from '../../operations/attach/schema.js';
import type { ExportOptions } from '../../operations/pack/export-manifest.js';
import type { FileInput } from '../../operations/pack/inputs.js';
import type { PackOptions } from '../../operations/pack/plan.js';
import type { DryRunResult } from '../../operations/pack/schema.js';
import type { PushResult } from '../../operations/push/schema.js';
import type { SigningOptions } from '../../operations/sign/signing-with.js';
import type { PackFlags } from '../input/pack-arguments.js';
import { guardStandardInput } from '../input/standard-input.js';
import { fieldText, type Grid, gridLines, type Row, type Step } from '../output/grid.js';
import { screenFor } from '../output/screen.js';
import { formatSize, jsonText, printable } from '../output/text.js';
import { BaseCommand } from './base-command.js';

interface SignKeyFlags {
  readonly 'sign-key'?: string | undefined;
  readonly 'key-password-file'?: string | undefined;
}

/** Name, size and type of a file. */
const FILE_STEPS: readonly Step[] = [
  { column: 2, least: 16 },
  { column: 0, least: 24 },
  { column: 2, least: 0 },
  { column: 0, least: 8 },
];

/** The base of push and attach: they take the same files and flags and print the same result. */
export abstract class PackCommand extends BaseCommand {
  #isManifestOut = false;
  protected override goesOn = true;

  protected guardedArgv(): string[] {
    return guardStandardInput(this.argv);
  }

  /** Refuses swapped arguments, before either is taken for what it is not. */
  protected async checkOrder(place: string, files: readonly string[]): Promise<void> {
    const { checkOrder } = await import('../input/argument-order.js');
    await checkOrder(this.id ?? 'push', place, files);
  }

  protected async packInput(
    files: readonly string[],
    flags: PackFlags,
  ): Promise<{ inputs: readonly FileInput[]; options: PackOptions & ExportOptions }> {
    const { isManifestOut, packArguments } = await import('../input/pack-arguments.js');
    this.#isManifestOut = isManifestOut(flags);
    if (this.#isManifestOut && this.jsonEnabled()) {
      throw new RemoraError('INVALID_ARGUMENT', '--json and the manifest cannot both go to standard output', {
        hint: 'Give --export-manifest FILE; with --json the manifest is in the result as well',
      });
    }
    const { inputs, options, notes } = await packArguments(files, flags, {
      stdin: process.stdin,
      sourceDateEpoch: process.env.SOURCE_DATE_EPOCH,
    });
    for (const note of notes) this.note(note);
    return { inputs, options: { ...options, signal: this.signal, onProgress: await this.progress() } };
  }

  /** The key that signs what is written, where one is given. */
  protected async signWith(flags: SignKeyFlags): Promise<SigningOptions | undefined> {
    const { 'sign-key': key, 'key-password-file': passwordFile } = flags;
    return key === undefined ? undefined : this.signingKey(key, passwordFile);
  }

  protected printDryRun(result: DryRunResult): DryRunResult {
    this.print(jsonText(JSON.parse(Buffer.from(result.bytes).toString())));
    if (!this.jsonEnabled()) this.note(`dry run: nothing was written; the manifest would be ${result.digest}`);
    return result;
  }

  protected async printPushed(
    result: Omit<PushResult, 'manifest'>,
    names: readonly string[],
    attached?: Pick<AttachResult, 'subject' | 'signature'>,
  ): Promise<void> {
    const screen = await screenFor(result.layers, this.#isManifestOut ? this.stderr : this.stdout);
    const { signature } = attached ?? {};
    const rows: readonly Row[] = result.layers.map((layer) => ({
      stem: '  ',
      cells: [
        { text: printable(layer.annotations?.['org.opencontainers.image.title'] ?? layer.digest) },
        { text: formatSize(layer.size) },
        { text: layer.mediaType },
        { text: layer.result === 'exists' ? 'exists' : '', style: 'dim' },
      ],
    }));
    const grid: Grid = { columns: screen.isTerminal ? [{}, { align: 'right' }] : [], steps: FILE_STEPS };
    const text = [
      fieldText(
        [
          [attached === undefined ? 'Pushed' : 'Attached', `${result.reference}${thereAlready(result)}`, 'whole'],
          ['To', attached?.subject.reference],
          ['Index', result.index && `${result.index.reference} (${result.index.platform})`, 'whole'],
          ['Tags', names.length === 0 ? undefined : names.join(', ')],
          ['Type', result.artifactType],
          ['Listed by', result.listedBy],
          ['Signature', signature && `${signature.reference}${thereAlready(signature)}`, 'whole'],
          ['Key', signature && `sha256:${signature.key}`],
        ],
        screen,
      ),
      ...(rows.length === 0 ? [] : ['Files:', ...gridLines(grid, () => rows, screen)]),
    ].join('\n');
    if (this.#isManifestOut) this.tell(text);
    else this.print(text);
  }
}

function thereAlready({ result }: Pick<PushResult, 'result'>): string {
  return result === 'exists' ? ' (was there already)' : '';
}
