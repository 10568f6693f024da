import { boolean } from '@oclif/core/flags';

/** Whether lines of a terminal may be shortened to its width; pipes always have them whole. */
export const truncFlag = {
  'no-trunc': boolean({ summary: 'Show whole lines and digests' }),
};
