import { type CatalogPlace, parseCatalogPlace } from '../../oci/names/catalog.js';
import { given } from '../../oci/values/given.js';
import { repositoryNames } from '../../store/open.js';
import type { AccessOptions } from '../places/location.js';
import type { RepositoriesResult } from './schema.js';

/**
 * Lists the repositories of a registry, or the image layouts below a directory as `serve` names them.
 *
 * @param location `HOST`, `HOST/PREFIX`, or a directory as `oci:PATH`
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `UNSUPPORTED` for a registry without a catalog
 */
export async function listRepositories(
  location: string | CatalogPlace,
  options: AccessOptions = {},
): Promise<RepositoriesResult> {
  const place = typeof location === 'string' ? parseCatalogPlace(location) : location;
  const { connection, credentials, signal } = options;
  const repositories: string[] = [];
  // Collect all pages first: half a list looks like a whole one.
  for await (const name of repositoryNames(place, given({ ...connection, credentials, signal })))
    repositories.push(name);
  repositories.sort();
  return place.kind === 'registry'
    ? { registry: place.registry, repositories }
    : { directory: place.path, repositories };
}
