import { registryContract } from './support/registry.js';

registryContract(
  'registry without the Referrers API, as distribution',
  { referrers: 'none', strictAccept: true, etag: 'ignored' },
  { via: 'tag' },
);

registryContract(
  'registry without the Referrers API that honours conditions',
  { referrers: 'none', etag: 'honoured', digestHeader: false },
  { via: 'tag' },
);
