import { RemoraError } from '../../errors.js';
import type { ReportInput } from './report-input.js';

/**
 * The rows of reports in files.
 *
 * @param require the kinds that images must have now; without, those that the reports required
 * @throws RemoraError `INVALID_ARGUMENT`: no file is given, or a required kind is not a column; as `mergeReports`
 */
export async function mergedInput(
  files: readonly string[],
  require: readonly string[] | undefined,
): Promise<ReportInput> {
  if (files.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', '--merge is given without a file, wanted files of --format jsonl', {
      hint: 'Write the files behind it, like --merge *.jsonl',
    });
  const { mergeReports } = await import('../../operations/report/merge.js');
  const merged = await mergeReports(files, require);
  const { columns, isTrusted, hasPolicy, longest } = merged;
  return {
    ...{ columns, isTrusted, hasPolicy, longest: () => longest },
    require: merged.require,
    rows: merged.rows(),
    close: async () => merged[Symbol.asyncDispose](),
  };
}
