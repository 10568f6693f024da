import { describe } from 'vitest';
import { blobContract } from './blobs.js';
import { brokenSourceContract } from './broken-sources.js';
import { manifestContract } from './manifests.js';
import type { ContractTraits, StartPlace } from './place.js';
import { referrerContract } from './referrers.js';
import { removalContract } from './removal.js';
import { tagChangeContract } from './tag-changes.js';

/** What every writable store does, whatever is behind it. */
export function storeContract(title: string, start: StartPlace, traits: ContractTraits): void {
  describe(title, () => {
    blobContract(start, traits);
    brokenSourceContract(start);
    manifestContract(start, traits);
    referrerContract(start, traits);
    removalContract(start, traits);
    tagChangeContract(start);
  });
}
