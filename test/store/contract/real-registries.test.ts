import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import {
  describeWithPeers,
  type PeerName,
  type PeerRegistry,
  startApiRegistry,
  startCraneRegistry,
  startDistribution2,
  startDistribution3,
} from '../../support/peers.js';
import { openStore } from '../registry/start.js';
import { storeContract } from './contract.js';
import type { ContractTraits } from './place.js';

/** The contract over a registry that others wrote; none of them keeps content of sha512. */
function realRegistry(
  name: PeerName,
  start: () => Promise<PeerRegistry>,
  { sharesBlobs = false, ...traits }: ContractTraits & { readonly sharesBlobs?: boolean },
): void {
  describeWithPeers(name, [name], () => {
    let shared: PeerRegistry | undefined;
    beforeAll(async () => {
      if (!sharesBlobs) shared = await start();
    });
    afterAll(() => shared?.close());

    storeContract(
      'real registry',
      async () => {
        // A new one for each test where blobs are kept without regard to the repository.
        const registry = shared ?? (await start());
        if (registry !== shared) onTestFinished(() => registry.close());
        const repository = `contract/${randomUUID()}`;
        return { open: async () => openStore(registry.host, repository), leftovers: async () => [] };
      },
      { onlySha256: true, ...traits },
    );
  });
}

realRegistry('docker-registry', startDistribution2, { via: 'tag', deletesNoTags: true });
realRegistry('registry3', startDistribution3, { via: 'tag', checksChildren: true });
realRegistry('crane', startCraneRegistry, {
  via: 'tag',
  sharesBlobs: true,
  keepsTags: true,
  failsOnMissingBlobs: true,
});
realRegistry('api-registry', startApiRegistry, {
  via: 'api',
  sharesBlobs: true,
  keepsTags: true,
  failsOnMissingBlobs: true,
});
