import type { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { once, shared } from '../../io/async/once.js';
import type { Action } from '../../io/auth/authorizer.js';
import type { CredentialSource } from '../../io/credentials/credential.js';
import { dockerCredentials } from '../../io/credentials/lookup.js';
import { HttpClient } from '../../io/http/client.js';
import type { ConnectionOptions } from '../../io/http/connection-options.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Reference } from '../../oci/names/reference.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { EMPTY_DESCRIPTOR } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { isReferrersTag } from '../../oci/values/referrers-tag.js';
import type {
  ChangedTag,
  ChangeTagOptions,
  DeleteManifestOptions,
  Deleter,
  Lister,
  TagChange,
  TagChanger,
  Unlister,
} from '../interfaces/abilities.js';
import type { Session } from '../interfaces/session.js';
import { SharedWrites } from '../interfaces/shared-writes.js';
import type {
  BlobSizeOptions,
  CallOptions,
  ManifestSelector,
  PutManifestOptions,
  PutManifestResult,
  Referrer,
  ReferrerOptions,
  Store,
  TagManifestOptions,
  TransferOptions,
  Via,
  WriteResult,
} from '../interfaces/store.js';
import { openBlob } from './blobs/download.js';
import { blobSize, hasBlob } from './blobs/look.js';
import { writeBlob } from './blobs/upload.js';
import { changeTag } from './change-tag.js';
import { RegistryClient, registryUrl } from './client/client.js';
import { askedAhead, WEB_PAGE_HINT } from './client/errors.js';
import { findManifest, getManifest, headManifest } from './client/manifests.js';
import { listTags } from './client/tags.js';
import { prepareManifest, putManifest } from './put-manifest.js';
import { askApi } from './referrers/api.js';
import { type Capability, newCapability } from './referrers/capability.js';
import { askListed, type Listed, listManifests } from './referrers/enlist.js';
import { listReferrers } from './referrers/list.js';
import { deleteBlob, deleteManifest, deleteTag, unlist } from './removal.js';
import { sharedClient } from './session.js';
import { tagManifest } from './tag-manifest.js';

/** Options of {@link openRegistry}. */
export interface OpenRegistryOptions extends ConnectionOptions {
  /** The actions that one token is asked for. @default 'read' */
  readonly access?: 'read' | 'write' | 'delete' | undefined;
  /** @default the configuration of Docker and Podman */
  readonly credentials?: CredentialSource | undefined;
  /** Shares its connections, and keeps them open after the store is closed. @default connections of its own */
  readonly session?: Session | undefined;
}

const ACTIONS: Readonly<Record<NonNullable<OpenRegistryOptions['access']>, readonly Action[]>> = {
  read: ['pull'],
  write: ['pull', 'push'],
  delete: ['pull', 'push', 'delete'],
};

/** A repository in a registry (distribution-spec). Made by {@link openRegistry}. */
export class RegistryStore implements Store, Deleter, Lister, TagChanger, Unlister {
  readonly kind = 'registry';
  readonly #http: HttpClient;
  readonly #session: Session | undefined;
  readonly #client: RegistryClient;
  readonly #capability: Capability;
  readonly #writes = new SharedWrites(true);
  readonly #prepared = new Map<Digest, Promise<boolean>>();
  #probed: Promise<unknown> | undefined;
  readonly #listed = new Map<Digest, Promise<Listed | undefined>>();
  /** The first tags, for the hints of errors: a thousand missing images of a report make one request. A writer asks anew. */
  readonly #firstTags: Map<'first', Promise<readonly string[]>> | undefined;

  constructor(
    readonly reference: Pick<Reference, 'registry' | 'repository'>,
    options: OpenRegistryOptions = {},
  ) {
    const registry = registryUrl(reference.registry, options.plainHttp);
    const make = () => new HttpClient({ ...options, registry });
    this.#capability = newCapability(options.referrers);
    this.#session = options.session;
    this.#firstTags = (options.access ?? 'read') === 'read' ? new Map() : undefined;
    this.#http = options.session === undefined ? make() : sharedClient(options.session, registry, make);
    this.#client = new RegistryClient({
      http: this.#http,
      registry: reference.registry,
      repository: reference.repository,
      actions: ACTIONS[options.access ?? 'read'],
      credentials: options.credentials ?? dockerCredentials(),
      plainHttp: options.plainHttp,
      headers: options.headers,
      retryDelay: options.retryDelay,
      chunkSize: options.chunkSize,
      onCredentials: options.onCredentials,
    });
  }

  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean> {
    return hasBlob(this.#client, descriptor, options);
  }

  /** The answer is kept for `putManifest`, which then need not ask again. */
  hasManifest(digest: Digest, options?: CallOptions): Promise<boolean> {
    this.#prepared.delete(digest);
    return once(
      this.#prepared,
      digest,
      async () => (await headManifest(this.#client, { digest }, options)) !== undefined,
    );
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return openBlob(this.#client, descriptor, options);
  }

  blobSize(digest: Digest, options?: BlobSizeOptions): Promise<number | undefined> {
    return blobSize(this.#client, digest, options);
  }

  async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    const answer = await getManifest(this.#client, selector, options);
    return answer?.manifest ?? (await this.#notFound(selector, options));
  }

  async resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return (await findManifest(this.#client, selector, options)) ?? (await this.#notFound(selector, options));
  }

  findTag(tag: string, options?: CallOptions): Promise<Descriptor | undefined> {
    return headManifest(this.#client, { tag }, options);
  }

  tags(options?: CallOptions): AsyncIterable<string> {
    return listTags(this.#client, options);
  }

  tagManifest(manifest: Manifest, tags: readonly string[], options?: TagManifestOptions): Promise<void> {
    return tagManifest(this.#client, manifest, tags, options);
  }

  changeTag(tag: string, change: TagChange, options?: ChangeTagOptions): Promise<ChangedTag> {
    return changeTag(this.#client, tag, change, this.#capability, options);
  }

  /** The same blob is sent once, also when it is config and layer at once. */
  writeBlob(expected: Descriptor, open: () => Promise<Readable>, options?: TransferOptions): Promise<WriteResult> {
    return this.#writes.write(expected, () => writeBlob(this.#client, expected, open, options), options);
  }

  prepareManifest(manifest: Manifest, options?: CallOptions): Promise<boolean> {
    // The caller may fail before it looks at the answer.
    const prepared = handled(this.#prepare(manifest, options));
    this.#prepared.set(manifest.descriptor.digest, prepared);
    return prepared;
  }

  async putManifest(manifest: Manifest, options?: PutManifestOptions): Promise<PutManifestResult> {
    const existed = await this.#ready(manifest, options);
    const listedBy = await putManifest(this.#client, manifest, this.#capability, options);
    return { result: existed ? 'exists' : 'written', ...given({ listedBy }) };
  }

  /** The answer that was asked for ahead is good for one time: afterwards the manifest is there. */
  async #ready(manifest: Manifest, options?: CallOptions): Promise<boolean> {
    const { digest } = manifest.descriptor;
    const prepared = this.#prepared.get(digest);
    this.#prepared.delete(digest);
    // Another caller's interruption is not ours, and a question that failed is asked again.
    const ahead = prepared && (await askedAhead(prepared));
    return ahead ?? this.#prepare(manifest, options);
  }

  #prepare(manifest: Manifest, options?: CallOptions): Promise<boolean> {
    return prepareManifest(this.#client, manifest, this.#capability, this.#probed, options);
  }

  expectListing(options?: CallOptions): void {
    if (this.#capability.api !== undefined) return;
    // An answer about any digest tells whether the API is there, and the list of this one is empty.
    this.#probed = askedAhead(askApi(this.#client, EMPTY_DESCRIPTOR.digest, this.#capability, options));
  }

  expectReferrers(subject: Digest, options?: CallOptions): void {
    const listed = askedAhead(askListed(this.#client, subject, this.#capability, options));
    this.#listed.set(subject, handled(listed));
  }

  async listReferrers(
    subject: Digest,
    manifests: readonly Manifest[],
    options?: Pick<PutManifestOptions, 'signal' | 'settle'>,
  ): Promise<Via> {
    const listed = await this.#listed.get(subject);
    // The answer is good for one time: afterwards the list is another, most likely.
    this.#listed.delete(subject);
    if (listed !== undefined && manifests.every(({ descriptor }) => listed.digests.has(descriptor.digest)))
      return listed.via;
    return listManifests(this.#client, manifests, subject, this.#capability, options);
  }

  referrers(subject: Descriptor, options?: ReferrerOptions): AsyncIterable<Referrer> {
    return listReferrers(this.#client, subject, this.#capability, options);
  }

  async deleteManifest(digest: Digest, options?: DeleteManifestOptions): Promise<boolean> {
    this.#prepared.delete(digest);
    return deleteManifest(this.#client, digest, this.#capability, options);
  }

  async unlist(subject: Digest, manifest: Digest, options: DeleteManifestOptions = {}): Promise<boolean> {
    return (await unlist(this.#client, subject, manifest, options)) !== undefined;
  }

  deleteTag(tag: string, options?: CallOptions): Promise<boolean> {
    return deleteTag(this.#client, tag, options);
  }

  deleteBlob(digest: Digest, options?: CallOptions): Promise<boolean> {
    this.#writes.forget(digest);
    return deleteBlob(this.#client, digest, options);
  }

  format({ tag, digest }: ManifestSelector): string {
    const { registry, repository } = this.reference;
    return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  }

  async close(): Promise<void> {
    if (this.#session === undefined) await this.#http.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #readFirstTags(options: CallOptions): Promise<readonly string[]> {
    const tags: string[] = [];
    for await (const tag of this.tags(options)) {
      if (!isReferrersTag(tag)) tags.push(tag);
      if (tags.length >= 50) break;
    }
    return tags;
  }

  async #notFound(selector: ManifestSelector, options: CallOptions = {}): Promise<never> {
    const what = this.format(
      selector.digest === undefined ? { tag: selector.tag ?? 'latest' } : { digest: selector.digest },
    );
    let tags: readonly string[] = [];
    try {
      const read = () => this.#readFirstTags(options);
      tags = await (this.#firstTags === undefined ? read() : shared(this.#firstTags, 'first', read));
    } catch (error) {
      // The tags are only a help: the manifest is missing either way.
      if (!isRemoraError(error)) throw error;
      if (error.hint === WEB_PAGE_HINT)
        throw new RemoraError(
          'NOT_FOUND',
          `${what} does not exist: ${this.reference.registry} sent a web page, not a registry`,
          {
            status: 404,
            hint: WEB_PAGE_HINT,
          },
        );
    }
    const hint =
      tags.length === 0
        ? 'Check the repository and the tag'
        : `It has the tags ${tags.slice(0, 10).join(', ')}${tags.length > 10 ? ', …' : ''}`;
    throw new RemoraError('NOT_FOUND', `${what} does not exist`, { status: 404, candidates: tags, hint });
  }
}

/** Opens a repository in a registry. The first call sends the first request. */
export function openRegistry(
  reference: Pick<Reference, 'registry' | 'repository'>,
  options: OpenRegistryOptions = {},
): RegistryStore {
  return new RegistryStore(reference, options);
}
