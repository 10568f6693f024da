import { RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import { createTempFile, type TempFile } from '../../io/files/temp-file.js';
import type { FileInput } from '../../operations/pack/inputs.js';
import type { PackOptions } from '../../operations/pack/plan.js';
import type { PackResult, PushResult } from '../../operations/pack/push.js';
import type { PackFlags } from '../input/pack-arguments.js';
import { guardStandardInput } from '../input/standard-input.js';
import { columns, fields, formatSize, jsonText, painter, printable } from '../output/text.js';
import { BaseCommand } from './base-command.js';

/** What push and attach share: they take the same files and flags and print the same result. */
export abstract class PackCommand extends BaseCommand {
  protected guardedArgv(): string[] {
    return guardStandardInput(this.argv);
  }

  protected async packInput(
    files: readonly string[],
    flags: PackFlags,
  ): Promise<{ inputs: readonly FileInput[]; options: PackOptions }> {
    const { packArguments } = await import('../input/pack-arguments.js');
    const { inputs, options, notes } = await packArguments(files, flags, {
      stdin: process.stdin,
      sourceDateEpoch: process.env.SOURCE_DATE_EPOCH,
    });
    for (const note of notes) this.note(note);
    return { inputs, options: { ...options, signal: this.signal, onProgress: await this.progress() } };
  }

  /** Opens the file for the manifest before anything is pushed, so that a wrong path does not show only afterwards. */
  protected async prepareExport(path: string | undefined): Promise<(bytes: Uint8Array) => Promise<void>> {
    if (path === undefined) return async () => {};
    const [{ dirname }, { lstatIfExists }] = await Promise.all([
      import('node:path'),
      import('../../io/files/safe-path.js'),
    ]);
    if ((await lstatIfExists(path))?.isDirectory()) {
      throw new RemoraError('EXISTS', `${path} is a directory, wanted a file for the manifest`, {
        hint: 'Give --export-manifest the name of a file',
      });
    }
    const file: TempFile = await createTempFile(dirname(path));
    return async (bytes) => {
      try {
        await file.handle.writeFile(bytes).catch((error: unknown) => {
          throw fileError(error, path);
        });
        await file.commit(path);
      } finally {
        await file.discard();
      }
    };
  }

  protected async dryRun({ manifest, layers }: PackResult, exportPath: string | undefined): Promise<object> {
    await (await this.prepareExport(exportPath))(manifest.bytes);
    this.print(jsonText(JSON.parse(Buffer.from(manifest.bytes).toString())));
    if (!this.jsonEnabled())
      this.note(`dry run: nothing was written; the manifest would be ${manifest.descriptor.digest}`);
    return { dryRun: true, ...manifest.descriptor, manifest: manifest.content, layers };
  }

  protected printPushed(result: Omit<PushResult, 'manifest'>, names: readonly string[], subject?: string): void {
    const paint = painter(this.stdout);
    const there = result.result === 'exists' ? ' (was there already)' : '';
    const rows = result.layers.map((layer) => [
      `  ${printable(layer.annotations?.['org.opencontainers.image.title'] ?? layer.digest)}`,
      formatSize(layer.size),
      layer.mediaType,
      layer.result === 'exists' ? paint('dim', 'exists') : '',
    ]);
    this.print(
      [
        fields([
          [subject === undefined ? 'Pushed' : 'Attached', `${result.reference}${there}`],
          ['To', subject],
          ['Tags', names.length === 0 ? undefined : names.join(', ')],
          ['Type', result.artifactType],
          ['Listed by', result.listedBy],
        ]),
        ...(rows.length === 0 ? [] : ['Files:', columns(rows)]),
      ].join('\n'),
    );
  }
}
