import { describe } from 'vitest';
import { runAtOnce } from '../../../support/at-once.js';
import { blobContract } from './blobs.js';
import { brokenSourceContract } from './broken-sources.js';
import { manifestContract } from './manifests.js';
import type { ContractTraits, StartPlace } from './place.js';
import { referrerContract } from './referrers.js';
import { removalContract } from './removal.js';
import { tagChangeContract } from './tag-changes.js';

/**
 * What every writable store does, whatever is behind it. Each test has a place of its own, and may run beside others; those
 * that race have the process to themselves.
 */
export function storeContract(title: string, start: StartPlace, traits: ContractTraits): void {
  describe.concurrent(title, () => {
    runAtOnce();
    blobContract(start, traits);
    brokenSourceContract(start);
    manifestContract(start, traits);
    referrerContract(start, traits);
    removalContract(start, traits);
    tagChangeContract(start);
  });
}
