import { string } from '@oclif/core/flags';

/** Where attachments live that are not beside their subject. */
export const elsewhereFlag = {
  'referrers-in': string({
    summary: 'Place where attachments live, asked as well',
    helpValue: 'PLACE',
    helpGroup: 'REGISTRY',
  }),
};
