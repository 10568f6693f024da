import { RemoraError } from '../../errors.js';
import type { ReportInput } from './report-input.js';

/**
 * The rows of reports in files.
 *
 * @param require the kinds that images must have now; without, those that the reports required
 * @throws RemoraError `INVALID_ARGUMENT`: references are given, too, or a required kind is not a column; as `mergeReports`
 */
export async function mergedInput(
  words: readonly string[],
  files: readonly string[],
  require: readonly string[] | undefined,
): Promise<ReportInput> {
  const [word] = words;
  if (word !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `${word} is given with --merge, which asks about no reference`, {
      found: word,
      hint: 'Write --merge before each file',
    });
  const { mergeReports } = await import('../../operations/report/merge.js');
  const merged = await mergeReports(files, require);
  const { columns, isTrusted, hasPolicy, longest } = merged;
  return {
    ...{ columns, isTrusted, hasPolicy, longest },
    require: merged.require,
    rows: merged.rows(),
    close: async () => merged[Symbol.asyncDispose](),
  };
}
