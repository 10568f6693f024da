import { describe, expect, it } from 'vitest';
import { discover } from '../../../src/operations/discover/discover.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { createRounds } from '../../support/rounds.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { attached, attLayer, DSSE, PROVENANCE, sign } from './support/signing.js';

const key = makeKey();
const COUNT = 20;

describe.each(['api', 'none'] as const)('verify of 20 attestations and a signature (referrers: %s)', (referrers) => {
  it('asks in as many rounds as discover and one more, and for nothing twice', async () => {
    const rounds = createRounds();
    const { store, open, registry } = await begin({ referrers, rounds });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const { digest } = descriptor;
    for (let n = 0; n < COUNT; n++)
      await attached(store, descriptor, DSSE, attLayer([key], digest, `${PROVENANCE}#${n}`));
    await sign(store, digest, key);
    const measured = async (run: () => Promise<unknown>) => {
      registry.clear();
      rounds.count = 0;
      await run();
      const log = { rounds: rounds.count, requests: registry.requests.length, twice: registry.duplicates() };
      return log;
    };
    const found = await measured(() => discover({ store: open(), tag: 'v1' }));
    const judged = await measured(async () => {
      const result = await verify({ store: open(), tag: 'v1' }, { trust: [key.trust] });
      expect([...result].filter(({ verdict }) => verdict === 'verified')).toHaveLength(COUNT + 1);
    });
    expect(judged.twice).toEqual([]);
    expect(judged.rounds).toBeLessThanOrEqual(found.rounds + 1);
    // What is signed is all that is asked for besides.
    expect(judged.requests).toBe(found.requests + COUNT + 1);
  });
});
