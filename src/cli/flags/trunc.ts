import { boolean } from '@oclif/core/flags';

/** Whether lines of a terminal may be shortened to its width; pipes always have them whole. */
export const truncFlag = {
  'no-trunc': boolean({ summary: 'Print whole lines and full digests on a terminal as well, as in a pipe' }),
};
