import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../support/loopback.js';
import type { RegistryOptions } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const PAGE: Fault = { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><html>' };

const spdx = (name: string) =>
  JSON.stringify({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name, creationInfo: {} });

/** An image with two SBOMs, and a fault for the referrers requests that fit from now on. */
async function begin(options: RegistryOptions = {}) {
  const trap: { at?: ((request: FaultRequest) => Fault | undefined) | undefined } = {};
  const { registry, image } = await withImage({ ...options, fault: (request) => trap.at?.(request) });
  const cwd = await tempDir();
  for (const name of ['a', 'b']) {
    await writeFile(join(cwd, `${name}.json`), spdx(name));
    const attached = await runHere(['attach', image, `${name}.json`, '--no-settle'], cwd);
    expect(attached.code).toBe(0);
  }
  await writeFile(join(cwd, 'c.json'), spdx('c'));
  const discover = async (...more: string[]) => {
    const { code, stdout } = await runHere(['discover', image, '--depth', '1', '--json', ...more], cwd);
    const { referrers, incomplete } = JSON.parse(stdout);
    return { code, found: referrers.length, incomplete };
  };
  return { registry, image, cwd, trap, discover };
}

describe('discover', () => {
  it.each<[string, Fault, number]>([
    ['403', { status: 403 }, 4],
    ['401', { status: 401 }, 4],
    ['404', { status: 404 }, 6],
    ['500 with a long wait', { status: 500, headers: { 'retry-after': '3600' } }, 6],
    ['a web page', PAGE, 6],
  ])(
    'shows the first page where the second is %s, and ends with the code of a list with a gap',
    async (_, fault, code) => {
      const { discover, trap } = await begin({ pageSize: 1 });
      trap.at = ({ path }) => (path.includes('start=1') ? fault : undefined);
      expect(await discover()).toMatchObject({
        code,
        found: 1,
        incomplete: [{ way: expect.stringContaining('Referrers API from page 2') }],
      });
    },
  );

  it('ends with 6, not with 3, where a manifest is listed that is gone', async () => {
    const { registry, discover } = await begin({ referrers: 'none' });
    const { manifests } = registry.repository('team/app');
    const [gone = ''] = [...manifests.keys()].filter((digest) => manifests.get(digest)?.bytes.includes('spdx'));
    manifests.delete(gone);
    expect(await discover()).toMatchObject({
      code: 6,
      found: 1,
      incomplete: [{ way: expect.stringContaining(gone), error: { code: 'NOT_FOUND', hint: expect.any(String) } }],
    });
  });

  it('ends with 6 where a proxy sends a web page and the tag has nothing, unless the user knows better', async () => {
    const { registry, discover, trap } = await begin();
    trap.at = ({ path }) => (path.includes('/referrers/') ? PAGE : undefined);
    expect(await discover()).toMatchObject({ code: 6, found: 0 });
    registry.clear();
    expect(await discover('--referrers', 'tag')).toMatchObject({ code: 0, found: 0, incomplete: [] });
    expect(registry.count('GET', '/referrers/')).toBe(0);
    expect(await discover('--referrers=api')).toMatchObject({ code: 6, found: 0 });
    trap.at = undefined;
    expect(await discover('--referrers=api')).toMatchObject({ code: 0, found: 2 });
  });

  it('ends with 0 where that web page comes, and the tag lists what is attached', async () => {
    const { discover, trap } = await begin({ referrers: 'none' });
    trap.at = ({ path }) => (path.includes('/referrers/') ? PAGE : undefined);
    expect(await discover()).toMatchObject({ code: 0, found: 2, incomplete: [] });
  });
});

describe('attach', () => {
  it('shows what it attached behind a proxy that sends web pages', async () => {
    const { image, cwd, trap, discover } = await begin({ referrers: 'none' });
    trap.at = ({ path }) => (path.includes('/referrers/') ? PAGE : undefined);
    expect((await runHere(['attach', image, 'c.json', '--no-settle'], cwd)).code).toBe(0);
    expect(await discover()).toMatchObject({ code: 0, found: 3 });
  });

  it('sends nothing to a registry without the API that is said to have it', async () => {
    const { registry, image, cwd } = await begin({ referrers: 'none' });
    registry.clear();
    const { hint } = await failureHere(1, ['attach', image, 'c.json', '--referrers', 'api'], cwd);
    expect(hint).toContain('--referrers api');
    expect(registry.count('PUT', '/manifests/')).toBe(0);
  });
});

it('copy -r reads and writes both sides in the way that is given', async () => {
  const { registry, image, cwd } = await begin({ referrers: 'none' });
  registry.clear();
  const target = `${registry.host}/team/copy:v1`;
  const copied = await runHere(['copy', '-r', image, target, '--referrers', 'tag', '--no-settle'], cwd);
  expect([copied.code, registry.count('GET', '/referrers/')]).toEqual([0, 0]);
  const { stdout } = await runHere(['discover', target, '--json'], cwd);
  expect(JSON.parse(stdout).referrers).toHaveLength(2);
});
