import { randomUUID } from 'node:crypto';
import { onTestFinished } from '../../support/at-once.js';
import {
  describeWithPeers,
  type PeerName,
  type PeerRegistry,
  startApiRegistry,
  startCraneRegistry,
  startDistribution2,
  startDistribution3,
  startOlareg,
} from '../../support/peers.js';
import { openStore } from '../registry/support/start.js';
import { storeContract } from './support/contract.js';
import type { ContractTraits } from './support/place.js';

/** The contract over a registry that others wrote; none of them keeps content of sha512. */
function realRegistry(name: PeerName, start: () => Promise<PeerRegistry>, traits: ContractTraits): void {
  describeWithPeers(name, [name], () => {
    storeContract(
      'real registry',
      async () => {
        // A new one for each test: go-containerregistry keeps blobs without regard to the repository.
        const registry = await start();
        onTestFinished(() => registry.close());
        const repository = `contract/${randomUUID()}`;
        return { open: async () => openStore(registry.host, repository), leftovers: async () => [] };
      },
      { onlySha256: true, ...traits },
    );
  });
}

realRegistry('docker-registry', startDistribution2, { via: 'tag', deletesNoTags: true });
realRegistry('registry3', startDistribution3, { via: 'tag', checksChildren: true });
realRegistry('crane', startCraneRegistry, { via: 'tag', keepsTags: true, failsOnMissingBlobs: true });
realRegistry('api-registry', startApiRegistry, { via: 'api', keepsTags: true, failsOnMissingBlobs: true });
// It accepts the deletion of a blob that has gone already. Of eight manifests that one subject gets at once it lists fewer,
// in a quarter of the trials, also where plain requests send them.
realRegistry('olareg', startOlareg, { via: 'api', failsOnMissingBlobs: true, losesReferrers: true });
