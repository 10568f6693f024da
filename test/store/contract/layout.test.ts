import { join } from 'node:path';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';
import { storeContract } from './contract.js';

storeContract(
  'image layout',
  async () => {
    const directory = join(await tempDir(), 'layout');
    return {
      open: () => openLayout(directory, { create: true }),
      leftovers: async () => (await tree(directory)).filter((path) => /\.tmp$|\.lock/.test(path)),
    };
  },
  { via: 'layout-entry' },
);
