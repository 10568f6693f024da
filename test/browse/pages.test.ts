import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../src/operations/attach/attach.js';
import { copy } from '../../src/operations/copy/copy.js';
import { PREVIEW_BYTES } from '../../src/views/preview/preview.js';
import { writeAttestedIndex } from '../support/attested-index.js';
import { tempDir } from '../support/temp.js';
import { Entered, linksOf, textOf } from './support/browse-start.js';
import { HOSTILE, PLACES, type Placed, placed, SBOM } from './support/places.js';

/** Follows the link whose address or text holds a word. */
function linkWith(markup: string, word: string): string {
  const found = [...markup.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g)].find(
    ([, href = '', text = '']) => href.includes(word) || textOf(text).includes(word),
  );
  if (found === undefined) throw new Error(`no link with ${word} in ${textOf(markup)}`);
  return (found[1] ?? '').replaceAll('&amp;', '&');
}

describe.each(PLACES)('pages of a %s', (kind) => {
  it('lead from the place over an image to an SBOM and its bytes', async () => {
    const { place, image } = await placed(kind);
    const entered = await Entered.start({ place });
    const first = await entered.get('');
    expect([first.status, first.headers.location]).toEqual([303, `open?${new URLSearchParams({ place })}`]);
    const opened = await entered.get(String(first.headers.location));
    expect([opened.status, opened.headers.location]).toEqual([303, `tags?${new URLSearchParams({ place })}`]);
    const { main: tags } = await entered.get(String(opened.headers.location));
    expect(textOf(tags)).toContain('1 tag');
    const { main: index } = await entered.get(linkWith(tags, 'artifact?'));
    expect(index).toContain(`<h1>`);
    expect(textOf(index)).toContain('index');
    expect(textOf(index)).toContain('linux/amd64');
    expect(textOf(index)).toContain(`remora discover ${image}`);
    const { main: attached } = await entered.get(linkWith(index, 'app.spdx.json'));
    expect(textOf(attached)).toContain('application/spdx+json');
    expect(linkWith(attached, 'artifact?')).toContain('sha256');
    const { main: file } = await entered.get(linkWith(attached, 'file?'));
    expect(textOf(file)).toContain('openssl');
    expect(textOf(file)).toContain('3.0.2');
    const download = await entered.get(linkWith(file, 'download?'));
    expect([download.status, download.body]).toEqual([200, SBOM]);
    expect(download.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="app.spdx.json"; filename*=UTF-8''app.spdx.json`,
      'content-length': String(SBOM.length),
      'content-security-policy': expect.stringContaining('sandbox'),
    });
  });

  it('show hostile names and files as text', async () => {
    const { image } = await placed(kind);
    const entered = await Entered.start();
    const index = await entered.page('artifact', { place: image });
    const notes = await entered.get(linkWith(index, 'notes.txt'));
    const file = await entered.get(linkWith(notes.main, 'file?'));
    for (const { main } of [notes, file]) {
      expect(main).not.toMatch(/<img|<script|\u202e/);
      expect(main).not.toContain('\u0007');
      expect(main).toContain('&lt;img src=x onerror=alert(1)&gt;');
    }
    expect((await entered.get(linkWith(file.main, 'download?'))).body).toBe(HOSTILE);
  });

  it('show a platform with its config, layers, history and attachments', async () => {
    const { image } = await placed(kind);
    const entered = await Entered.start();
    const index = await entered.page('artifact', { place: image });
    const { main } = await entered.get(linkWith(index, 'linux/amd64'));
    const text = textOf(main);
    for (const part of ['image', 'linux/amd64', 'Layers', '["/etc/hello"]', 'salt', 'a test', 'app-amd64.spdx.json'])
      expect(text).toContain(part);
    const layer = await entered.get(linkWith(main, 'layer 1'));
    expect([layer.status, textOf(layer.main)]).toEqual([200, expect.stringContaining('etc/hello')]);
  });

  it('show the JSON of a manifest, and give its bytes', async () => {
    const { image } = await placed(kind);
    const entered = await Entered.start();
    const index = await entered.page('artifact', { place: image });
    const { main } = await entered.get(linkWith(index, 'manifest?'));
    expect(textOf(main)).toContain('"architecture": "arm64"');
    const { body, headers } = await entered.get(linkWith(main, 'download?'));
    expect(JSON.parse(body)).toMatchObject({ schemaVersion: 2 });
    expect(headers['content-disposition']).toMatch(/^attachment; filename="[0-9a-f]{12}\.json"/);
  });

  it('have links that all lead somewhere', async () => {
    const { place, image } = await placed(kind);
    const entered = await Entered.start();
    const pages = [await entered.page('tags', { place }), await entered.page('artifact', { place: image })];
    const links = new Set(pages.flatMap(linksOf).filter((href) => !href.startsWith('#')));
    expect(links.size).toBeGreaterThan(5);
    for (const href of links) {
      const { status } = await entered.get(href);
      expect([href, status]).toEqual([href, 200]);
    }
  });
});

describe('a page of an error', () => {
  it('says of a tag that is missing which there are', async () => {
    const { place } = await placed('layout');
    const { status, main } = await (await Entered.start()).get(
      `artifact?${new URLSearchParams({ place: `${place}:v2` })}`,
    );
    expect(status).toBe(404);
    expect(textOf(main)).toContain('has no tag "v2"');
    expect(textOf(main)).toContain('It has v1');
    expect(linksOf(main)).toEqual([`artifact?${new URLSearchParams({ place: `${place}:v1` })}`]);
  });

  it('leads up to the repository', async () => {
    const { place } = await placed('layout');
    const { body } = await (await Entered.start()).get(`artifact?${new URLSearchParams({ place: `${place}:v2` })}`);
    expect(linksOf(body)).toContain(`tags?${new URLSearchParams({ place })}`);
  });

  it.each([
    ['artifact?place=', 400, 'lacks place'],
    ['artifact', 400, 'lacks place'],
    ['open?place=sha256:aa', 400, 'is a digest without a repository'],
    ['open?place=docker-archive:x', 400, 'is not a kind of place'],
    ['tags?place=oci:./nowhere', 404, 'nowhere'],
    ['artifact?place=oci:./nowhere:v1', 404, 'nowhere'],
    ['repositories?place=oci:./nowhere', 404, 'nowhere'],
    ['nowhere', 404, 'is not a page'],
    ['tags?place=127.0.0.1:1/x', 502, '127.0.0.1:1'],
  ])('%s: %d, %s', async (path, status, words) => {
    const entered = await Entered.start();
    const got = await entered.get(path);
    expect([got.status, textOf(got.main)]).toEqual([status, expect.stringContaining(words)]);
    expect(got.body).toContain('<form class="place"');
  });

  it('is not a failure of the program where the system does not follow a path of the address', async () => {
    const directory = await tempDir();
    await writeFile(join(directory, 'file'), '');
    await symlink('loop', join(directory, 'loop'));
    const places: readonly (readonly [string, string])[] = [
      [`${directory}/${'a'.repeat(9000)}`, 'too long'],
      [`${directory}/${'b'.repeat(300)}`, 'too long'],
      [`${directory}/file/below`, 'file'],
      [`${directory}/loop`, 'too many symbolic links'],
    ];
    const entered = await Entered.start();
    for (const [path, words] of places)
      for (const form of ['oci:', 'dir:', 'oci-archive:'])
        for (const page of ['tags', 'artifact', 'manifest', 'download', ...(form === 'oci:' ? ['repositories'] : [])]) {
          const got = await entered.get(`${page}?${new URLSearchParams({ place: `${form}${path}` })}`);
          const told = [form, page, got.status, textOf(got.main)];
          expect(told).toEqual([form, page, 404, expect.stringContaining(words)]);
        }
  });

  it('gives no blob that the manifest does not name', async () => {
    const { image } = await placed('layout');
    const entered = await Entered.start();
    for (const layer of ['sha256:'.padEnd(71, 'a'), '../../oci-layout', 'x']) {
      for (const page of ['file', 'download']) {
        const { status, main } = await entered.get(`${page}?${new URLSearchParams({ place: image, layer })}`);
        expect([status, textOf(main)]).toEqual([404, expect.stringContaining('has no file')]);
      }
    }
  });
});

describe('the form', () => {
  it.each([
    ['ghcr.io', 'repositories?place=ghcr.io'],
    ['localhost:5000', 'repositories?place=localhost%3A5000'],
    ['ghcr.io/', 'repositories?place=ghcr.io%2F'],
    ['ghcr.io/acme/', 'repositories?place=ghcr.io%2Facme%2F'],
    ['ghcr.io/acme/app', 'tags?place=ghcr.io%2Facme%2Fapp'],
    [' alpine ', 'tags?place=docker.io%2Flibrary%2Falpine'],
    ['ghcr.io/acme/app:v1', 'artifact?place=ghcr.io%2Facme%2Fapp%3Av1'],
    ['docker://ghcr.io/acme/app:v1', 'artifact?place=ghcr.io%2Facme%2Fapp%3Av1'],
    ['./layouts', 'repositories?place=oci%3A.%2Flayouts'],
    ['./app.tar', 'tags?place=oci-archive%3A.%2Fapp.tar'],
    ['dir:./image', 'artifact?place=dir%3A.%2Fimage'],
  ])('takes %j to %s', async (place, to) => {
    const { status, headers } = await (await Entered.start()).get(`open?${new URLSearchParams({ place })}`);
    expect([status, headers.location]).toEqual([303, to]);
  });
});

it('names the attestations of BuildKit by their predicates', async () => {
  const directory = join(await tempDir(), 'app');
  await writeAttestedIndex(directory);
  const entered = await Entered.start();
  const index = await entered.page('artifact', { place: `oci:${directory}:v1` });
  expect(textOf(index)).toContain('attestation-manifest');
  const { main } = await entered.get(linkWith(index, 'spdx.dev/Document'));
  expect(main).toMatch(/<h1><bdi>sbom-[0-9a-f]{12}\.json<\/bdi><\/h1>/);
  const { headers } = await entered.get(linkWith(main, 'download?'));
  expect(headers['content-disposition']).toMatch(/^attachment; filename="sbom-[0-9a-f]{12}\.json"/);
  expect(textOf(index)).not.toMatch(/\bopen\b/);
});

it('says that the beginning of a long file was not compared with its digest', async () => {
  const { image } = await placed('layout');
  await attach(image, [{ name: 'long.txt', content: Buffer.alloc(PREVIEW_BYTES + 1, 'a line\n') }], {
    artifactType: 'text/plain',
  });
  const entered = await Entered.start();
  const attached = await entered.get(linkWith(await entered.page('artifact', { place: image }), 'long.txt'));
  const long = await entered.get(linkWith(attached.main, 'file?'));
  expect(textOf(long.main)).toContain('this beginning was not compared with it');
  const short = await entered.get(linkWith(await entered.page('artifact', { place: image }), 'notes.txt'));
  expect(textOf((await entered.get(linkWith(short.main, 'file?'))).main)).not.toContain('compared');
});

it('leads from a platform up to its index, which has the attestations of BuildKit', async () => {
  const directory = join(await tempDir(), 'app');
  await writeAttestedIndex(directory);
  const entered = await Entered.start();
  const place = `oci:${directory}:v1`;
  const to = linksOf(await entered.page('artifact', { place })).filter((href) => href.includes('index='));
  // The tree and the table of manifests.
  expect(to.length).toBeGreaterThan(3);
  const up = `artifact?${new URLSearchParams({ place })}`;
  for (const href of to) {
    const { status, body, main } = await entered.get(href);
    expect([status, linksOf(main)]).toEqual([200, expect.arrayContaining([up])]);
    const [, way = ''] = /<nav class="way"[^>]*>([\s\S]*?)<\/nav>/.exec(body) ?? [];
    expect(linksOf(way)).toEqual([`tags?${new URLSearchParams({ place: `oci:${directory}` })}`, up]);
  }
  expect((await entered.get(`${to[0]}x&index=docker-archive:x`)).status).not.toBe(500);
  const odd = new URLSearchParams({ place, index: `"><script>alert(1)</script>` });
  expect((await entered.get(`artifact?${odd}`)).status).toBe(400);
});

it('leads from a layout up to the directory of layouts that was begun with', async () => {
  const directory = await tempDir();
  await writeAttestedIndex(join(directory, 'team', 'app'));
  const home = `oci:${directory}`;
  const entered = await Entered.start({ place: home });
  const { body } = await entered.get(`tags?${new URLSearchParams({ place: `${home}/team/app` })}`);
  expect(linksOf(body)).toContain(`repositories?${new URLSearchParams({ place: home })}`);
  expect(textOf(body)).toMatch(new RegExp(`${directory} +team/app +`));
  expect(linksOf(await entered.page('start', {}))).toContain(`open?${new URLSearchParams({ place: home })}`);
  const other = await entered.get(`tags?${new URLSearchParams({ place: `oci:${directory}-other` })}`);
  expect(linksOf(other.body)).not.toContain(`repositories?${new URLSearchParams({ place: home })}`);
});

it.each([
  ['a registry', ({ registry }: Placed) => registry ?? ''],
  ['a part of a registry', ({ registry }: Placed) => `${registry}/team/`],
  ['a repository', ({ place }: Placed) => place],
  ['an image', ({ image }: Placed) => image],
])('has pages that all lead somewhere, begun with %s', async (_, startOf) => {
  const scene = await placed('registry');
  const entered = await Entered.start({ place: startOf(scene) });
  const seen = new Set([`open?${new URLSearchParams({ place: startOf(scene) })}`]);
  for (const path of seen) {
    const { status, headers, body } = await entered.get(path);
    expect([path, status]).toEqual([path, headers.location === undefined ? 200 : 303]);
    for (const link of headers.location === undefined ? linksOf(body) : [headers.location.replace(/^.*\//, '')])
      if (/^(?:repositories|tags|artifact|manifest|file|open)\?/.test(link)) seen.add(link.replace(/#.*/, ''));
  }
  for (const page of ['repositories', 'tags', 'artifact', 'manifest', 'file'])
    expect([...seen].some((path) => path.startsWith(`${page}?`))).toBe(true);
  const layout = `oci:${join(await tempDir(), 'image')}`;
  await copy(scene.image, `${layout}:v1`);
  expect((await entered.get(`tags?${new URLSearchParams({ place: layout })}`)).status).toBe(200);
});
