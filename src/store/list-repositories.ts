import type { CatalogPlace } from '../oci/names/catalog.js';
import type { CallOptions } from './interfaces/store.js';
import type { OpenStoreOptions } from './open.js';

/** Options of {@link listRepositories}. */
export type ListRepositoriesOptions = Omit<OpenStoreOptions, 'access' | 'create'> & CallOptions;

/**
 * The names of the repositories of a registry, or of the image layouts below a directory as a server of that directory
 * has them. Only the code of that kind of place is loaded.
 *
 * @throws RemoraError `UNSUPPORTED` for a registry that gives no list: that is never an empty one; `NOT_FOUND`
 */
export async function* listRepositories(
  place: CatalogPlace,
  options: ListRepositoriesOptions = {},
): AsyncIterable<string> {
  if (place.kind === 'directory') {
    const { listLayouts } = await import('./layout/catalog.js');
    yield* await listLayouts(place.path);
    return;
  }
  const { registry, prefix } = place;
  const { listCatalog } = await import('./registry/catalog.js');
  for await (const name of listCatalog(registry, options)) {
    if (prefix === undefined || name === prefix || name.startsWith(`${prefix}/`)) yield name;
  }
}
