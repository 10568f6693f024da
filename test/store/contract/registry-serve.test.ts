import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listen } from '../../../src/serve/listen.js';
import { createServer } from '../../../src/serve/server.js';
import { openRepositories } from '../../../src/store/layout/hosting/repositories.js';
import { onTestFinished } from '../../support/at-once.js';
import { tempDir } from '../../support/temp.js';
import { openStore } from '../registry/support/start.js';
import { storeContract } from './support/contract.js';

/** The registry store against our own server: both are held to the one contract at once. */
storeContract(
  'registry that is remora serve',
  async () => {
    const directory = await tempDir();
    const server = await listen(createServer(await openRepositories(directory)), { port: 0 });
    onTestFinished(() => server.close(0));
    return {
      open: async () => openStore(server.host, 'team/app'),
      leftovers: () => readdir(join(directory, 'team', 'app', '.remora-uploads')).catch(() => []),
    };
  },
  { via: 'api' },
);
