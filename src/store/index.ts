/** `remora/store`: places, and the stores behind them. */
export { type DockerCredentialsOptions, dockerCredentials } from '../io/credentials/lookup.js';
export { type CatalogPlace, parseCatalogPlace } from '../oci/names/catalog.js';
export { formatPlace, type PathPlace, type Place, parsePlace } from '../oci/names/place.js';
export type { Reference } from '../oci/names/reference.js';
export {
  type ChangedTag,
  type ChangeTagOptions,
  type CollectOptions,
  type DeleteManifestOptions,
  type Deleter,
  type Garbage,
  type GarbageCollector,
  type GarbageFile,
  type Ingester,
  isDeleter,
  isGarbageCollector,
  isIngester,
  isPruner,
  isTagChanger,
  type PruneResult,
  type Pruner,
  type TagChange,
  type TagChanger,
} from './interfaces/abilities.js';
export type { BlobLinker, RangeReader, Repositories, Repository, UploadKeeper } from './interfaces/hosting.js';
export type { Session } from './interfaces/session.js';
export type {
  ArchiveWriter,
  CallOptions,
  ContentReader,
  ContentWriter,
  ManifestSelector,
  PutManifestOptions,
  PutManifestResult,
  Referrer,
  ReferrerLister,
  ReferrerOptions,
  Source,
  Store,
  TagResolver,
  TransferOptions,
  Via,
  WayAnswer,
  WriteResult,
} from './interfaces/store.js';
export { type OpenRepositoriesOptions, openRepositories } from './layout/hosting/repositories.js';
export {
  type OpenArchiveWriterOptions,
  type OpenSourceOptions,
  type OpenStoreOptions,
  openArchiveWriter,
  openSource,
  openStore,
  repositoryNames,
} from './open.js';
export { openSession } from './registry/session.js';
