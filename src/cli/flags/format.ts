import { option } from '@oclif/core/flags';

/** The forms of a picture of a result: `cli/output/pictures.ts` draws them. */
export const PICTURES = ['markdown', 'mermaid', 'dot', 'html'] as const;
export type PictureFormat = (typeof PICTURES)[number];

const FORMATS = ['tree', 'table', 'json', ...PICTURES] as const;

/** The flag for the form of a result. */
export const formatFlag = {
  format: option({ options: FORMATS })({ summary: 'How to show the result', default: 'tree' as const }),
};

/** Whether the words of a command choose JSON. */
export function choosesJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--format=json' || (word === '--format' && argv[index + 1] === 'json'));
}
