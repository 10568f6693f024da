import type { TrafficOptions } from './loopback.js';

export type RegistryAuth = (
  | { readonly type: 'basic'; readonly users: Readonly<Record<string, string>> }
  | {
      readonly type: 'bearer';
      /** URL of the token server. */
      readonly realm: string;
      readonly service: string;
      /** `scope` is what the request needs, several separated by spaces, empty for `/v2/`. */
      readonly verify: (token: string, scope: string) => boolean;
    }
) & {
  /** `WWW-Authenticate`, verbatim but for `{scope}`; several become several header lines. */
  readonly challenge?: string | readonly string[];
};

/** `unquoted` is the form of olareg: relative, with `rel=next`. */
export type LinkForm = 'absolute' | 'relative' | 'unquoted' | 'other-host' | 'loop';

export type LocationForm = 'absolute' | 'path' | 'query' | 'other-host';

export interface RegistryOptions extends TrafficOptions {
  /** Whether there is a Referrers API. @default 'api' */
  readonly referrers?: 'api' | 'none';
  /**
   * Whether a manifest with a subject is answered with `OCI-Subject`. `'lie'`: it is, and what was pushed is never
   * listed (what was seeded is).
   * @default true with the API, else false
   */
  readonly ociSubject?: boolean | 'lie';
  /** Whether `?artifactType=` is applied and `OCI-Filters-Applied` sent. @default true */
  readonly filters?: boolean;
  /** The filter is applied, and said to be, on the first page alone. @default false */
  readonly filterFirstPageOnly?: boolean;
  /** Entries on a page of referrers, tags and repositories. @default all */
  readonly pageSize?: number;
  /** @default 'absolute' */
  readonly link?: LinkForm;
  /** `ETag` of manifests, and `If-Match`, `If-None-Match` of their PUT. @default 'none' */
  readonly etag?: 'none' | 'ignored' | 'honoured';
  /**
   * Tags in the query of a manifest's PUT: so many of them are set and confirmed by `OCI-Tag`; 'refused' answers 400.
   * @default 0
   */
  readonly queryTags?: number | 'refused';
  /** Manifests of an OCI type that `Accept` does not name are hidden, as distribution 2.8 does. @default false */
  readonly strictAccept?: boolean;
  /** The status of a manifest PUT that succeeded; 202 and 204 prove nothing. @default 201 */
  readonly manifestStatus?: 201 | 202 | 204;
  /** Manifests must name blobs and manifests that exist; the subject may be missing always. @default true */
  readonly strictBlobs?: boolean;
  /** `Docker-Content-Digest`. @default true */
  readonly digestHeader?: boolean;
  /**
   * The tag `sha256-<hex>` answers the manifest of that digest, where there is one, as on GitLab: until something
   * else is pushed to the tag (true), or also after that ('always').
   * @default false
   */
  readonly mapTagToSubject?: boolean | 'always';
  /** Whether manifests, tags and blobs can be deleted; else 405. @default true */
  readonly deletes?: boolean;
  /** @default true */
  readonly mount?: boolean;
  /** POST with `?digest=` takes the blob; else it answers 202 and forgets the body. @default true */
  readonly singlePost?: boolean;
  /** Form of an upload's `Location`. The query of `'query'` changes with every answer and must come back byte for byte. @default 'path' */
  readonly location?: LocationForm;
  /** `OCI-Chunk-Min-Length`: a PATCH after a shorter one is refused. @default none */
  readonly chunkMinLength?: number;
  /** Blobs are hashed and counted, their bytes are not kept: HEAD knows them, GET does not. @default false */
  readonly discardBlobs?: boolean;
  /** Whether `Range` is honoured. @default true */
  readonly ranges?: boolean;
  /** GET of a blob redirects (307) to `otherHost`. @default false */
  readonly redirectBlobs?: boolean;
  /** Not asked for on `otherHost`. @default none */
  readonly auth?: RegistryAuth;
}
