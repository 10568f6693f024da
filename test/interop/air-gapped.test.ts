import { it } from 'vitest';
import { TOKEN, walkPage } from '../support/air-gapped.js';
import { startHtpasswdRegistry } from '../support/htpasswd-registry.js';
import { describeWithPeers, startApiRegistry } from '../support/peers.js';

describeWithPeers('docs/air-gapped.md', ['api-registry', 'registry3'], () => {
  it('goes from a registry with the Referrers API into distribution 3, which has none', { timeout: 600_000 }, () =>
    walkPage(startApiRegistry, async (authority) =>
      startHtpasswdRegistry('registry3', 'carrier', TOKEN, await authority.server()),
    ),
  );
});
