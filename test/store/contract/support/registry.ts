import type { RegistryOptions } from '../../../support/registry.js';
import { begin, REPOSITORY } from '../../registry/support/start.js';
import { storeContract } from './contract.js';
import type { ContractTraits } from './place.js';

/** The contract over a registry of one kind. */
export function registryContract(
  title: string,
  options: RegistryOptions | (() => Promise<RegistryOptions>),
  traits: ContractTraits,
): void {
  const start = async () => {
    const chosen = typeof options === 'function' ? await options() : options;
    const { registry, open } = await begin({ strictBlobs: false, ...chosen });
    return {
      open: async () => open(),
      leftovers: async () => [...registry.repository(REPOSITORY).uploads.keys()],
    };
  };
  storeContract(title, start, traits);
}
