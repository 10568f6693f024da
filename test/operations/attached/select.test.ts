import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { SelectedAttachment } from '../../../src/operations/attached/attachment.js';
import { selectAttached } from '../../../src/operations/attached/select.js';
import type { Selection } from '../../../src/operations/attached/selection.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { attach, pushImage, referrerOf, written } from '../../store/support/artifacts.js';
import { PLACES } from '../support/places.js';

const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.example.signature.v1';

async function put(store: Store, subject: Descriptor, type: string, created?: string, note = ''): Promise<Descriptor> {
  const annotations = { ...(created && { 'org.opencontainers.image.created': created }), ...(note && { note }) };
  const manifest = referrerOf(subject, type, annotations);
  await attach(store, manifest, { settle: false });
  return manifest.descriptor;
}

const select = (store: Store, descriptor: Descriptor, selection: Selection) =>
  selectAttached(store, { descriptor }, selection);
const digestsOf = (found: readonly Descriptor[]) => found.map(({ digest }) => digest).sort();
const chosen = (found: readonly SelectedAttachment[]) => digestsOf(found.map(({ descriptor }) => descriptor));

describe.each(PLACES)('a selection in %s', (_what, open) => {
  it('takes the only one, of a type or of all', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    expect(chosen(await select(store, descriptor, {}))).toEqual([sbom.digest]);
    await put(store, descriptor, SIGNATURE);
    expect(chosen(await select(store, descriptor, { artifactType: SBOM }))).toEqual([sbom.digest]);
    expect(await select(store, descriptor, { all: true })).toHaveLength(2);
  });

  it('lists the candidates where several match', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const dated = await put(store, descriptor, SBOM, '2026-01-01T00:00:00Z');
    const undated = await put(store, descriptor, SBOM, undefined, 'no date');
    const error = await select(store, descriptor, { artifactType: SBOM }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'AMBIGUOUS', message: '2 attached artifacts match, wanted one' });
    expect(error).toHaveProperty(
      'candidates',
      expect.arrayContaining([
        `sbom  spdx  -  2026-01-01T00:00:00Z  -  ${dated.digest}`,
        `sbom  spdx  -  -  -  ${undated.digest}`,
      ]),
    );
    expect(chosen(await select(store, descriptor, { artifactType: SBOM, all: true }))).toEqual(
      digestsOf([dated, undated]),
    );
  });

  it('takes the latest by its date as a moment, not as text', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    await put(store, descriptor, SBOM, '2026-01-01T12:00:00+12:00');
    const latest = await put(store, descriptor, SBOM, '2026-01-01T01:00:00Z');
    await put(store, descriptor, SBOM, '2025-12-31T23:59:59.999Z');
    expect(chosen(await select(store, descriptor, { latest: true }))).toEqual([latest.digest]);
  });

  it.each([
    ['missing', undefined],
    ['wrong', 'yesterday'],
    ['the same moment', '2026-01-01T02:00:00+02:00'],
  ])('does not guess the latest where a date is %s', async (_how, date) => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    await put(store, descriptor, SBOM, '2026-01-01T00:00:00Z');
    // Written as another tool did: our own builder refuses a date that is none.
    const { content } = referrerOf(descriptor, SBOM);
    const annotations = { note: 'other', ...(date && { 'org.opencontainers.image.created': date }) };
    await attach(store, written({ ...content, annotations }), { settle: false });
    await expect(select(store, descriptor, { latest: true })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: [expect.any(String), expect.any(String)],
    });
  });

  it('looks below only when nothing direct matches', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    const below = await put(store, sbom, SIGNATURE);
    expect(chosen(await select(store, descriptor, { artifactType: SIGNATURE }))).toEqual([below.digest]);
    const direct = await put(store, descriptor, SIGNATURE);
    expect(chosen(await select(store, descriptor, { artifactType: SIGNATURE }))).toEqual([direct.digest]);
  });

  it('takes all that fit at every depth where all are wanted', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    const direct = await put(store, descriptor, SIGNATURE);
    const below = await put(store, sbom, SIGNATURE);
    const deepest = await put(store, below, SIGNATURE);
    const signatures = await select(store, descriptor, { artifactType: SIGNATURE, all: true });
    expect(chosen(signatures)).toEqual(digestsOf([direct, below, deepest]));
    expect(chosen(await select(store, descriptor, { all: true }))).toEqual(digestsOf([sbom, direct, below, deepest]));
  });

  it('tells what there is where nothing matches', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    await expect(select(store, descriptor, { artifactType: SBOM })).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: [],
      hint: expect.stringContaining('It has no attachments'),
    });
    const sbom = await put(store, descriptor, SBOM);
    await put(store, sbom, SIGNATURE);
    await expect(select(store, descriptor, { artifactType: 'application/x' })).rejects.toMatchObject({
      code: 'NO_MATCH',
      expected: 'type application/x',
      candidates: [`sbom (${SBOM})`, SIGNATURE],
      hint: `It has sbom (${SBOM}), ${SIGNATURE}`,
    });
  });
});

describe('a selection in a registry', () => {
  it.each([
    ['the API', '/referrers/'],
    ['the referrers tag', '/manifests/sha256-'],
  ])('does not select from half of a list: %s fails', async (_what, path) => {
    let broken = false;
    const { store } = await begin({
      fault: (request) => (broken && request.path.includes(path) ? { status: 500 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    await put(store, descriptor, SBOM);
    broken = true;
    for (const selection of [{}, { artifactType: SBOM }, { all: true }, { artifactType: 'application/none' }])
      await expect(select(store, descriptor, selection)).rejects.toMatchObject({
        code: 'INCOMPLETE',
        cause: { code: 'BUSY' },
      });
  });

  it('does not select from half of a tree either', async () => {
    let broken: string | undefined;
    const { store } = await begin({
      fault: ({ path }) => (broken && path.includes(`/referrers/${broken}`) ? { status: 500 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    await put(store, sbom, SIGNATURE);
    broken = sbom.digest;
    const chosen = select(store, descriptor, { artifactType: SIGNATURE });
    await expect(chosen).rejects.toMatchObject({ code: 'INCOMPLETE', cause: { code: 'BUSY' } });
  });

  it.each(['api', 'none'] as const)('asks nothing twice (referrers: %s)', async (referrers) => {
    const { store, open, registry } = await begin({ referrers });
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await put(store, descriptor, SBOM);
    await put(store, sbom, SIGNATURE);
    for (const artifactType of [SBOM, SIGNATURE, 'application/none']) {
      registry.clear();
      await select(open(), descriptor, { artifactType }).catch(() => []);
      expect(registry.duplicates(), artifactType).toEqual([]);
    }
  });
});
