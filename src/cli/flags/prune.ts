import { boolean, integer, string } from '@oclif/core/flags';
import { checkRules, type PruneRules, type PruneSelection } from '../../operations/prune/rules.js';
import { type SelectionFlags, selectionFlags, selectionFrom } from './selection.js';
import { parseAge } from './span.js';

/** The flags that say what `prune` removes. */
export const pruneFlags = {
  orphans: boolean({ summary: 'Attachments of manifests that are gone', helpGroup: 'RULE' }),
  duplicates: boolean({
    summary: 'Attachments with the same content as another; the newest stays',
    helpGroup: 'RULE',
  }),
  'keep-latest': integer({
    summary: 'Attachments behind the newest N of each subject and kind, by date of creation',
    helpValue: 'N',
    min: 1,
    helpGroup: 'RULE',
  }),
  'older-than': string({
    summary: 'Attachments created at least this long ago, like 90d or 12w',
    helpValue: 'SPAN',
    helpGroup: 'RULE',
  }),
  ...selectionFlags,
  'subjects-in': string({
    summary: 'Another place with images, whose attachments are kept; can be given several times',
    helpValue: 'PLACE',
    multiple: true,
    multipleNonGreedy: true,
    dependsOn: ['orphans'],
  }),
  'keep-blobs': boolean({
    summary: 'In a layout, keep unreachable blobs: other tools may be writing',
  }),
};

/**
 * The flags as rules.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also where no flag is a rule
 */
export function pruneRules(
  flags: SelectionFlags & {
    readonly orphans: boolean;
    readonly duplicates: boolean;
    readonly 'keep-latest'?: number | undefined;
    readonly 'older-than'?: string | undefined;
  },
): PruneRules & { readonly selection: PruneSelection | undefined } {
  const { orphans, duplicates, 'keep-latest': keepLatest, 'older-than': span, ...chosen } = flags;
  const olderThan = span === undefined ? undefined : parseAge('--older-than', span);
  const rules = { orphans, duplicates, keepLatest, olderThan };
  checkRules(rules);
  return { ...rules, selection: selectionFrom(chosen) };
}
