import { expect, it } from 'vitest';
import { HandWrittenLayout, tagged } from './support/by-hand.js';

it('needs no name for the only manifest, tagged or not', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  for (const entries of [[image], [tagged(image, 'v1')], [tagged(image, 'v1'), tagged(image, 'latest'), image]]) {
    await layout.index(entries);
    expect((await (await layout.open()).resolve({})).digest).toBe(image.digest);
  }
});

it('says that there is none in an empty layout', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([]);
  await expect((await layout.open()).manifest({})).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('lists the candidates where there are several', async () => {
  const layout = await HandWrittenLayout.begin();
  const [one, two, three] = [await layout.image('1'), await layout.image('2'), await layout.image('3')];
  await layout.index([tagged(one, 'v1'), tagged(one, 'latest'), tagged(two, 'v2'), three]);
  await expect((await layout.open()).manifest({})).rejects.toMatchObject({
    code: 'AMBIGUOUS',
    message: expect.stringContaining('3 manifests'),
    candidates: ['v1', 'latest', 'v2', three.digest],
    hint: expect.stringContaining('v2'),
  });
});

it('does not count what is attached, nor lists of it', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  const sbom = await layout.referrer(image, 'application/spdx+json');
  const signature = await layout.referrer(sbom, 'application/x.signature');
  const fallback = await layout.document({ manifests: [sbom] });
  const response = await layout.document({ manifests: [signature] });
  await layout.index([
    sbom,
    tagged(signature, 'signature'),
    tagged(image, 'v1'),
    tagged(fallback, image.digest.replace(':', '-')),
    { ...response, annotations: { 'org.olareg.referrer.subject': sbom.digest } },
  ]);
  expect((await (await layout.open()).resolve({})).digest).toBe(image.digest);
});

it('does not count the children of an index, which oras notes as entries of their own', async () => {
  const layout = await HandWrittenLayout.begin();
  const children = [await layout.image('amd64'), await layout.image('arm64')];
  const inner = await layout.document({ manifests: children.slice(1) });
  const index = await layout.document({ manifests: [...children, inner] });
  await layout.index([...children, inner, tagged(index, 'v1')]);
  expect((await (await layout.open()).resolve({})).digest).toBe(index.digest);
});

it('gives the only manifest also when it is attached to something that is not here', async () => {
  const layout = await HandWrittenLayout.begin();
  const away = { ...(await layout.image('away')), digest: `sha256:${'1'.repeat(64)}` };
  const sbom = await layout.image('sbom', { artifactType: 'application/spdx+json', subject: away });
  await layout.index([sbom]);
  expect((await (await layout.open()).resolve({})).digest).toBe(sbom.digest);
});

it('ends with an index that lists itself among its subjects children (D5)', async () => {
  const layout = await HandWrittenLayout.begin();
  const child = await layout.image('child');
  const loop = await layout.document({ manifests: [child], subject: child });
  await layout.index([tagged(loop, 'loop'), child]);
  const store = await layout.open();
  await expect(store.resolve({})).rejects.toMatchObject({ code: 'AMBIGUOUS', candidates: ['loop', child.digest] });
});
