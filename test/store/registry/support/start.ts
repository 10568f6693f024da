import { type OpenRegistryOptions, openRegistry, type RegistryStore } from '../../../../src/store/registry/store.js';
import { onTestFinished } from '../../../support/at-once.js';
import { type Registry, type RegistryOptions, startRegistry } from '../../../support/registry.js';

export const REPOSITORY = 'team/app';

export interface StartedRegistry {
  readonly registry: Registry;
  /** Another store, which knows nothing of what others did there. */
  open(options?: OpenRegistryOptions): RegistryStore;
}

/** A registry for the running test, and stores of one repository there, without credentials unless they are given. */
export async function begin(
  options: RegistryOptions = {},
  defaults: OpenRegistryOptions = {},
): Promise<StartedRegistry & { readonly store: RegistryStore }> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  const open = (more: OpenRegistryOptions = {}) => openStore(registry.host, REPOSITORY, { ...defaults, ...more });
  return { registry, open, store: open() };
}

export function openStore(host: string, repository: string, options: OpenRegistryOptions = {}): RegistryStore {
  const store = openRegistry(
    { registry: host, repository },
    { access: 'write', credentials: async () => undefined, retryDelay: 5, ...options },
  );
  onTestFinished(() => store.close());
  return store;
}
