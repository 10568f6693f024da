import type { AddToIndexOptions } from '../../operations/index/add-to-index.js';
import type { IndexResult } from '../../operations/index/schema.js';
import { indexText } from '../output/results/index-result.js';
import { screenFor } from '../output/screen.js';
import { BaseCommand } from './base-command.js';

/** The base of the commands that change an index. */
export abstract class IndexCommand extends BaseCommand {
  protected override goesOn = true;

  /** How members are read, copied and put into an index. */
  protected async memberOptions({
    platform: _,
    ...flags
  }: Omit<Parameters<BaseCommand['access']>[0], 'platform'> & {
    readonly platform?: readonly string[] | undefined;
    readonly recursive?: boolean;
    readonly settle?: boolean;
    readonly 'same-platform'?: AddToIndexOptions['samePlatform'];
    readonly 'dry-run'?: boolean;
  }): Promise<AddToIndexOptions> {
    return {
      // Members can be in registries where the index is not.
      ...(await this.access(flags)),
      recursive: flags.recursive,
      settle: flags.settle,
      samePlatform: flags['same-platform'],
      dryRun: flags['dry-run'],
      onProgress: await this.progress(),
    };
  }

  protected async printIndex(
    result: IndexResult,
    verb: string,
    flags: { readonly 'no-trunc': boolean },
  ): Promise<IndexResult> {
    const screen = await screenFor(result, this.stdout, flags);
    this.print(() => indexText(result, verb, screen));
    if (result.manifests.length === 0 && !this.jsonEnabled()) this.note('the index has no members');
    if (result.dryRun && !this.jsonEnabled()) this.note('dry run: nothing was written');
    return result;
  }
}
