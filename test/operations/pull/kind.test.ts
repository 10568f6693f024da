import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { readText } from '../../io/tar/support/archives.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { put } from '../support/attached.js';
import {
  attachBundle,
  buildkitIndex,
  bundle,
  cosignTag,
  DSSE,
  envelope,
  layered,
  SPDX,
  statement,
} from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';
import { fails, fetch, hex, layerOf, multi, pullFrom, sbom, stream, v1 } from './support/pulling.js';

describe.each(PLACES)('the SBOM of an image in %s', (_what, open) => {
  it('comes from the layer under a tag of cosign', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const manifest = await cosignTag(store, descriptor, '.sbom', { type: 'text/spdx', text: 'SPDXVersion: SPDX-2.3' });
    const { output, files, result, names } = await fetch(store, {});
    const layer = layerOf(manifest);
    expect(names).toEqual([`sbom-${hex(layer)}.spdx`]);
    expect(await readText(output, names[0] ?? '')).toBe('SPDXVersion: SPDX-2.3');
    const reference = store.format({ digest: manifest.descriptor.digest });
    expect(result.artifacts).toMatchObject([{ reference }]);
    expect(files).toMatchObject([
      { kind: 'sbom', formats: ['spdx', 'cosign'], via: ['cosign-tag'], from: reference, digest: layer.digest },
    ]);
    expect(files[0]).not.toHaveProperty('unwrapped');
  });

  it('comes from a signed attestation under a tag of cosign, unwrapped where that is wanted', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const annotations = { predicateType: 'https://spdx.dev/Document' };
    const text = envelope(statement());
    const manifest = await cosignTag(store, descriptor, '.att', { type: DSSE, text, annotations });
    const { digest } = layerOf(manifest);
    expect((await fetch(store, {})).names).toEqual([`sbom-${digest.slice(7, 19)}.dsse.json`]);
    const { files, names, output } = await fetch(store, { unwrap: true });
    expect(names).toEqual([`sbom-${digest.slice(7, 19)}.spdx.json`]);
    expect(await readText(output, names[0] ?? '')).toBe(SPDX);
    expect(files).toMatchObject([
      { unwrapped: true, wrapper: digest, mediaType: 'application/spdx+json', size: Buffer.byteLength(SPDX) },
    ]);
    expect([await stream(store, {}), await stream(store, { unwrap: true })]).toEqual([text, SPDX]);
  });

  it('comes out of a Sigstore bundle', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const manifest = await attachBundle(store, descriptor);
    const name = `sbom-${hex(layerOf(manifest))}`;
    expect((await fetch(store, {})).names).toEqual([`${name}.sigstore.json`]);
    expect((await fetch(store, { unwrap: true, selection: { format: 'spdx' } })).names).toEqual([`${name}.spdx.json`]);
    expect([await stream(store, {}), await stream(store, { unwrap: true })]).toEqual([bundle(statement()), SPDX]);
  });

  it('is a plain referrer, under its title; the title of a wrapper loses what says so', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const files = [{ content: SPDX, name: 'app/sbom.spdx.json' }];
    await attach({ store, ...v1 }, files, { artifactType: 'application/spdx+json', settle: false });
    const { names, output } = await fetch(store, {});
    expect(names).toEqual(['app/sbom.spdx.json']);
    expect(await fails(store, 'NO_MATCH', { unwrap: true })).toMatchObject({
      message: expect.stringContaining(
        'is not an in-toto statement and does not wrap one: it is an SPDX document (JSON)',
      ),
    });
    const again = await pullFrom(store, { selector: v1, selection: sbom, output });
    expect(again.artifacts[0]?.files).toMatchObject([{ result: 'unchanged' }]);

    const signed = [{ content: envelope(statement()), name: 'app.intoto.json' }];
    await attach({ store, ...v1 }, signed, { artifactType: 'application/vnd.in-toto.spdx+dsse', settle: false });
    const selection = { format: 'in-toto' } as const;
    expect((await fetch(store, { selection })).names).toEqual(['app.intoto.json']);
    expect((await fetch(store, { selection, unwrap: true })).names).toEqual(['app.spdx.json']);
  });

  it('comes out of what BuildKit keeps in the index, of the platform that is chosen', async () => {
    const store = await open();
    await buildkitIndex(store);
    expect(await fails(store, 'AMBIGUOUS', { selector: multi })).toMatchObject({
      candidates: [
        expect.stringMatching(/^sbom {2}in-toto\+spdx {2}- {2}- {2}linux\/amd64 {2}sha256:\w+ in sha256:\w+$/),
        expect.stringContaining('linux/arm64'),
      ],
      hint: expect.stringMatching(
        /^--platform linux\/amd64 or --platform linux\/arm64 alone decides; --digest \w{12} takes/,
      ),
    });
    const platform = { os: 'linux', architecture: 'arm64' };
    const { files, output, names } = await fetch(store, { selector: multi, platform, unwrap: true });
    expect(files).toMatchObject([{ kind: 'sbom', platform: 'linux/arm64', unwrapped: true }]);
    expect(names).toEqual([expect.stringMatching(/^sbom-[0-9a-f]{12}\.spdx\.json$/)]);
    expect(JSON.parse(await readText(output, names[0] ?? ''))).toMatchObject({ name: 'arm64' });
    const provenance = { kind: 'provenance' } as const;
    expect(await stream(store, { selector: multi, platform, selection: provenance, unwrap: true })).toBe(
      '{"for":"arm64"}',
    );
  });

  it('is there for every platform at once, each under a name of its own', async () => {
    const store = await open();
    const { index, images } = await buildkitIndex(store);
    await put(store, index.descriptor, 'application/sarif+json');
    const all = { ...sbom, all: true };
    const apart = await fetch(store, { selector: multi, selection: all });
    expect(apart.names).toEqual(
      [1, 2].map(() => expect.stringMatching(/^sha256-[0-9a-f]{12}\/sbom-[0-9a-f]{12}\.intoto\.json$/)),
    );
    const name = '{kind}-{format}-{platform}{ext}';
    const beside = await fetch(store, { selector: multi, selection: all, name, unwrap: true });
    expect(beside.names).toEqual(['sbom-spdx-linux-amd64.spdx.json', 'sbom-spdx-linux-arm64.spdx.json']);
    expect(
      await fails(store, 'INVALID_ARGUMENT', { selector: multi, selection: all, name: '{kind}{ext}' }),
    ).toMatchObject({
      message: 'name template gives two files the name "sbom.intoto.json"',
    });
    // Attachments of a platform count for the index, too.
    const [amd64] = images;
    if (amd64 === undefined) throw new Error('no image');
    await cosignTag(store, amd64, '.sig', { type: 'application/vnd.dev.cosign.simplesigning.v1+json', text: '{}' });
    const signature = await fetch(store, { selector: multi, selection: { kind: 'signature' } });
    expect(signature.files).toMatchObject([{ platform: 'linux/amd64', via: ['cosign-tag'] }]);
  });
});

describe('a choice among what is attached', () => {
  async function withTwo() {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const attachOne = (content: string, type: string, created: string, annotations: Record<string, string>) =>
      attach({ store, ...v1 }, [{ content, name: 'x.json' }], {
        artifactType: type,
        created,
        annotations,
        settle: false,
      });
    const spdx = await attachOne('1', 'application/spdx+json', '2026-01-01T00:00:00Z', { team: 'blue' });
    const cdx = await attachOne('2', 'application/vnd.cyclonedx+json', '2026-02-01T00:00:00Z', {
      team: 'red',
      'a.b': '',
    });
    return { store, descriptor, spdx, cdx };
  }

  it('is made by format, annotation, digest and date', async () => {
    const { store, spdx } = await withTwo();
    await fails(store, 'AMBIGUOUS', {});
    const choices = [
      [{ format: 'spdx' }, '1'],
      [{ format: ['cyclonedx', 'syft'] }, '2'],
      [{ annotations: [{ key: 'team', value: 'red' }] }, '2'],
      [{ annotations: [{ key: 'a.b' }] }, '2'],
      [{ annotations: [{ key: 'a.b', value: '' }, { key: 'team' }] }, '2'],
      [{ digest: parseDigest(spdx.digest) }, '1'],
      [{ ...sbom, latest: true }, '2'],
      [{ ...sbom, artifactType: 'application/spdx+json' }, '1'],
    ] as const;
    for (const [selection, expected] of choices) expect(await stream(store, { selection })).toBe(expected);
  });

  it.each([
    [{ kind: ['vex', 'scan'] } as const, 'kind vex or scan'],
    [{ ...sbom, format: 'sarif' } as const, 'kind sbom, format sarif'],
    [{ annotations: [{ key: 'team', value: 'green' }] }, 'annotation team=green'],
    [{ annotations: [{ key: 'toString' }] }, 'annotation toString'],
  ])('that leaves nothing tells what there is (%j)', async (selection, wanted) => {
    const { store, descriptor } = await withTwo();
    expect(await fails(store, 'NO_MATCH', { selection })).toMatchObject({
      message: `${store.format({ digest: descriptor.digest })} has nothing of ${wanted} attached`,
      candidates: ['sbom (application/spdx+json)', 'sbom (application/vnd.cyclonedx+json)'],
    });
  });

  it('lists three signatures under one tag apart, and takes one by its digest', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const type = 'application/vnd.dev.cosign.simplesigning.v1+json';
    const holder = await cosignTag(store, descriptor, '.sig', ...['1', '2', '3'].map((text) => ({ type, text })));
    const selection = { kind: 'signature' } as const;
    const error = await fails(store, 'AMBIGUOUS', { selection });
    expect(error).toHaveProperty(
      'candidates',
      [1, 2, 3].map(() => expect.stringMatching(/^signature {2}cosign {2}- {2}- {2}- {2}sha256:\w+ in sha256:\w+$/)),
    );
    expect(await stream(store, { selection: { digest: layerOf(holder).digest } })).toBe('1');
    const all = await fetch(store, { selection: { ...selection, all: true } });
    expect(all.result.artifacts).toHaveLength(1);
    expect(all.names).toHaveLength(3);
    expect(all.names[0]).toMatch(/^signature-[0-9a-f]{12}\.cosign\.json$/);
  });

  it('takes what stands under a tag of cosign and has a subject, too, once', async () => {
    const { store } = await begin();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const tags = [`${referrersTag(descriptor.digest)}.sbom`];
    const fields = { artifactType: 'application/spdx+json', subject: descriptor };
    await layered(store, [{ type: 'application/spdx+json', text: SPDX }], { tags, fields });
    for (const selection of [sbom, { artifactType: 'application/spdx+json' }])
      expect((await fetch(store, { selection })).files).toMatchObject([{ via: ['cosign-tag', 'api'] }]);
  });
});
