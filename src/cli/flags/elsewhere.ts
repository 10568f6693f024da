import { string } from '@oclif/core/flags';

/** Where attachments live that are not beside their subject. */
export const elsewhereFlag = {
  'referrers-in': string({
    summary: 'Repository or layout where what is attached lives; both places are asked',
    helpValue: 'PLACE',
    helpGroup: 'REGISTRY',
  }),
};
