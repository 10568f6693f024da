import type { ReportFormat } from '../../flags/report.js';
import type { ReportShape, ReportWriter } from './shape.js';

/** The writer of a format; only its code is loaded. */
export async function reportWriter(format: ReportFormat, shape: ReportShape): Promise<ReportWriter> {
  switch (format) {
    case 'table':
      return (await import('./table.js')).tableWriter(shape);
    case 'json':
      return (await import('./json.js')).jsonWriter();
    case 'jsonl':
      return (await import('./json.js')).jsonlWriter();
    case 'csv':
      return (await import('./csv.js')).csvWriter(shape);
    case 'markdown':
      return (await import('./markdown.js')).markdownWriter(shape);
    case 'html':
      return (await import('../../../views/report/page.js')).reportPage(shape);
  }
}
