import { RemoraError } from '../errors.js';
import { formatPlace, type Place } from '../oci/place.js';
import type { OpenRegistryOptions } from './registry/store.js';
import type { Store } from './store.js';

/** Options of {@link openStore}. */
export interface OpenStoreOptions extends OpenRegistryOptions {
  /** Create a layout that does not exist. @default false */
  readonly create?: boolean | undefined;
}

/**
 * Opens the store of a place; only the code of that kind of place is loaded.
 *
 * @throws RemoraError `NOT_FOUND`, `MALFORMED`, `UNSUPPORTED`
 */
export async function openStore(place: Place, options: OpenStoreOptions = {}): Promise<Store> {
  switch (place.kind) {
    case 'registry': {
      const { openRegistry } = await import('./registry/store.js');
      return openRegistry(place, options);
    }
    case 'layout': {
      const { openHostedLayout } = await import('./layout/hosted.js');
      return openHostedLayout(place.path, { create: options.create });
    }
    case 'archive':
      throw new RemoraError(
        'UNSUPPORTED',
        `${formatPlace(place)} is a layout archive, which this version cannot open`,
        {
          hint: `Unpack it first: mkdir layout && tar -xf ${place.path} -C layout`,
        },
      );
  }
}
