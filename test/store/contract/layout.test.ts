import { join } from 'node:path';
import { openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { tempDir, tree } from '../../support/temp.js';
import { storeContract } from './support/contract.js';

storeContract(
  'image layout',
  async () => {
    const directory = join(await tempDir(), 'layout');
    return {
      open: () => openHostedLayout(directory, { create: true }),
      leftovers: async () => (await tree(directory)).filter((path) => /\.tmp$|\.lock/.test(path)),
    };
  },
  { via: 'layout-entry' },
);
