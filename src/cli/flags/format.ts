import { option } from '@oclif/core/flags';

const FORMATS = ['tree', 'table', 'json', 'markdown', 'mermaid', 'dot', 'html'] as const;

/** The flag for the form of a result. */
export const formatFlag = {
  format: option({ options: FORMATS })({ summary: 'How to show the result', default: 'tree' as const }),
};

/** Whether the words of a command choose JSON. */
export function choosesJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--format=json' || (word === '--format' && argv[index + 1] === 'json'));
}
