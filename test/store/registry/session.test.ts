import { expect, it } from 'vitest';
import { withSource } from '../../../src/operations/places/location.js';
import { openSession } from '../../../src/store/registry/session.js';
import { startCountingRegistry } from '../../support/counting-registry.js';

it('shares connections between calls, and ends them when it is closed', async () => {
  const registry = await startCountingRegistry();
  const ask = (session?: ReturnType<typeof openSession>) =>
    withSource(`${registry.host}/app:v1`, { session }, (source, selector) => source.resolve(selector)).catch(() => {});
  for (let call = 0; call < 3; call++) await ask();
  const apart = registry.connections();
  const session = openSession();
  for (let call = 0; call < 3; call++) await ask(session);
  const together = registry.connections() - apart;
  expect(apart).toBeGreaterThanOrEqual(3);
  expect(together).toBeLessThan(apart);
  await session.close();
  await expect.poll(() => registry.open()).toBe(0);
  await expect(
    withSource(`${registry.host}/app:v1`, { session }, (source, selector) => source.resolve(selector)),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await registry.close();
});
