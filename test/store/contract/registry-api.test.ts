import { onTestFinished } from '../../support/at-once.js';
import { startTokenServer } from '../../support/token-server.js';
import { registryContract } from './support/registry.js';

registryContract('registry with the Referrers API', {}, { via: 'api' });

registryContract('registry with the API and without OCI-Subject, as Quay', { ociSubject: false }, { via: 'api' });

registryContract(
  'registry that wants tokens',
  async () => {
    const tokens = await startTokenServer();
    onTestFinished(() => tokens.close());
    return { auth: { type: 'bearer', realm: tokens.realm, service: 'registry', verify: tokens.verify } };
  },
  { via: 'api' },
);
