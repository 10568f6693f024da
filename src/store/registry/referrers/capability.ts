/** The abilities of a repository, known only from definite evidence. */
export interface Capability {
  /** It has the Referrers API. */
  api: boolean | undefined;
  /** The API was said to be missing, or its answer was odd, when it was last asked. */
  isDoubted?: boolean;
  /** Its lists give the type and annotations of the manifest, as they should. */
  truthful?: boolean;
  /** A manifest is being opened, which may tell that; never rejects. */
  judging?: Promise<void> | undefined;
  /** The user knows that this way is the only one. */
  readonly only?: 'api' | 'tag' | undefined;
}

/** The capability of a repository that was not asked yet. */
export function newCapability(referrers: 'auto' | 'api' | 'tag' = 'auto'): Capability {
  return referrers === 'auto' ? { api: undefined } : { only: referrers, api: referrers === 'tag' ? false : undefined };
}

/**
 * Whether a matching `OCI-Subject` proves that the manifest is listed: only where the API was not said to be missing. Both
 * signs together tell nothing, so that the API is asked again.
 */
export function provesListing(capability: Capability): boolean {
  if (capability.only === 'tag') return false;
  if (capability.api !== false && !capability.isDoubted) return true;
  capability.api = undefined;
  return false;
}
