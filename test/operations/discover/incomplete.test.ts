import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage, referrerOf } from '../../store/support/artifacts.js';
import { put, SBOM, SCAN, SIGNATURE, shape } from '../support/attached.js';
import { discovered } from '../support/discovered.js';

describe('discover in a registry that fails', () => {
  const faults = [
    ['500', { status: 500 }, 'BUSY'],
    ['503', { status: 503 }, 'BUSY'],
    ['401', { status: 401 }, 'UNAUTHORIZED'],
    ['403', { status: 403 }, 'FORBIDDEN'],
    ['429', { status: 429, headers: { 'retry-after': '0' } }, 'BUSY'],
    ['a reset', 'reset', 'UNREACHABLE'],
    ['a list that is cut', { cutAfter: 40 }, 'UNREACHABLE'],
    [
      'a list that is no JSON',
      { status: 200, headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' }, body: '{"manifests": [' },
      'MALFORMED',
    ],
  ] as const;
  const places = [
    ['the API', /\/referrers\//],
    ['the referrers tag', /\/manifests\/sha256-\w+$/],
    ['the cosign tag .att', /\.att$/],
  ] as const;
  // A cosign tag is looked for with HEAD, whose answer has no body that could be cut.
  const cases = faults
    .flatMap(([what, fault, code]) => places.map(([place, path]) => ({ what, place, path, fault, code })))
    .filter(({ what, place }) => !(what === 'a list that is cut' && place.startsWith('the cosign')));

  it.each(cases)('tells $what of $place, and never that there is nothing', async ({ path, fault, code, place }) => {
    let broken = false;
    const { store, registry } = await begin({
      fault: (request) => (broken && path.test(request.path) ? fault : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    const byApi = await put(store, descriptor, SBOM);
    const byTag = referrerOf(descriptor, SCAN);
    const list = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [byTag.descriptor],
    };
    registry.putManifest('team/app', Buffer.from(byTag.bytes));
    registry.putManifest('team/app', list, { tag: referrersTag(descriptor.digest) });
    registry.repository('team/app').unlisted.add(byTag.descriptor.digest);

    broken = true;
    const { result, failure } = await discovered(store, descriptor, { depth: 1 });
    expect(failure).toMatchObject({ code });
    expect(result.incomplete).toEqual([
      {
        way: expect.stringContaining(place.slice(4)),
        error: expect.objectContaining({ code, message: expect.any(String) }),
      },
    ]);
    const found = result.referrers.map(({ digest }) => digest);
    const lost = {
      'the API': [byApi.digest],
      'the referrers tag': [byTag.descriptor.digest],
      'the cosign tag .att': [],
    };
    const all = [byApi.digest, byTag.descriptor.digest];
    expect(found).toEqual(all.filter((digest) => !lost[place].some((gone) => gone === digest)));

    broken = false;
    const whole = await discovered(store, descriptor, { depth: 1 });
    expect(whole).toMatchObject({ result: { incomplete: [] }, failure: undefined });
    expect(whole.result.referrers).toHaveLength(2);
  });

  it('names each subject below that could not be asked, and shows the rest', async () => {
    const { store } = await begin({
      fault: ({ path }) =>
        broken.some((digest) => path.includes(`/referrers/${digest}`)) ? { status: 500 } : undefined,
    });
    const broken: string[] = [];
    const { descriptor } = await pushImage(store, 'image');
    const sboms = [await put(store, descriptor, SBOM, '1'), await put(store, descriptor, SBOM, '2')];
    const scan = await put(store, descriptor, SCAN);
    await put(store, scan, SIGNATURE);
    broken.push(...sboms.map(({ digest }) => digest));
    const { result, failure } = await discovered(store, descriptor);
    expect(shape(result.referrers)).toEqual([`${SCAN}\n  ${SIGNATURE}`, SBOM, SBOM].sort());
    expect(failure).toMatchObject({ code: 'BUSY' });
    const unasked = result.incomplete.map(({ way }) => /sha256:\w+$/.exec(way)?.[0]);
    expect(unasked.sort()).toEqual(broken.sort());
  });

  it('tells which entry of a list could not be opened', async () => {
    let broken: string | undefined;
    const { store } = await begin({
      referrers: 'none',
      fault: ({ method, path }) => (method === 'GET' && broken && path.endsWith(broken) ? { status: 500 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    await put(store, descriptor, SCAN);
    broken = sbom.digest;
    const { result, failure } = await discovered(store, descriptor);
    // The list names it all the same.
    expect(shape(result.referrers)).toEqual([SCAN, SBOM].sort());
    expect(result.incomplete).toMatchObject([{ way: expect.stringContaining(sbom.digest), error: { code: 'BUSY' } }]);
    expect(failure).toMatchObject({ code: 'BUSY' });
  });
});
