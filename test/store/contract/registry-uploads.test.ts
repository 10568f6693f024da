import { describe } from 'vitest';
import { registryContract } from './support/registry.js';

registryContract('registry without mounting', { mount: false }, { via: 'api' });

describe.each(['absolute', 'query', 'other-host'] as const)('Location: %s', (location) => {
  registryContract('registry with such uploads', { location, redirectBlobs: true }, { via: 'api' });
});
