import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnyPlace } from '../../src/browse/site/any-place.js';
import { accessByRegistry } from '../../src/cli/flags/browse.js';
import { tempDir } from '../support/temp.js';
import { Entered, textOf } from './support/browse-start.js';
import { placed, withRegistry } from './support/places.js';

const USERS = { ann: 'secret-of-ann' };

describe('the repositories of a registry', () => {
  it('come in pages, each from the last name on', async () => {
    const registry = await withRegistry({ pageSize: 300 });
    for (let index = 0; index < 1200; index += 1) {
      const name = `team/app-${String(index).padStart(4, '0')}`;
      registry.repository(name).tags.set('v1', registry.putManifest(name, { schemaVersion: 2, layers: [] }).digest);
    }
    registry.clear();
    const entered = await Entered.start();
    const first = await entered.page('repositories', { place: registry.host });
    expect(textOf(first)).toContain('500, and there are more');
    expect(textOf(first)).toContain('team/app-0499');
    expect(textOf(first)).not.toContain('team/app-0500');
    // Two pages of the registry hold the first, and one name behind them tells that there are more.
    expect(registry.requests.filter(({ path }) => path.startsWith('/v2/_catalog'))).toHaveLength(2);
    const [, next = ''] = /rel="next" href="([^"]*)"/.exec(first) ?? [];
    const { main: second } = await entered.get(next.replaceAll('&amp;', '&'));
    expect(textOf(second)).toContain('team/app-0500');
    expect(textOf(second)).not.toContain('team/app-0498');
    const last = await entered.page('repositories', { place: registry.host, last: 'team/app-0999' });
    expect(textOf(last)).toMatch(/Repositories behind team\/app-0999 ?: 200 /);
    expect(last).not.toContain('rel="next"');
  });

  it('are refused where the registry gives no list, and the form is there', async () => {
    const registry = await withRegistry({
      fault: ({ path }) => (path.startsWith('/v2/_catalog') ? { status: 404 } : undefined),
    });
    const entered = await Entered.start();
    const { status, body, main } = await entered.get(`repositories?place=${registry.host}`);
    expect([status, textOf(main)]).toEqual([501, expect.stringContaining('gives no list of its repositories')]);
    expect(body).toContain('<form class="place"');
  });
});

describe('the tags of a repository', () => {
  it('are quick where there are 10,000, and none is looked up', async () => {
    const { place, registry: host } = await placed('registry');
    const registry = await withRegistry({ pageSize: 1000 });
    const { digest } = registry.putManifest('team/many', { schemaVersion: 2, layers: [] });
    for (let index = 0; index < 10_000; index += 1) registry.repository('team/many').tags.set(`v${index}`, digest);
    registry.clear();
    const entered = await Entered.start({ place });
    const many = `${registry.host}/team/many`;
    const started = performance.now();
    const first = await entered.page('tags', { place: many });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(textOf(first)).toContain('10000 tags, page 1 of 50');
    expect(textOf(first)).toMatch(/\bv0 v1 v2 .* v198 v199\b/);
    expect(registry.requests.filter(({ path }) => path.includes('/manifests/'))).toEqual([]);
    const last = await entered.page('tags', { place: many, page: '50' });
    expect(textOf(last)).toMatch(/\bv9800 .* v9999\b/);
    // Ten pages of the registry, once: a page behind the first shows the list that was there.
    const lists = () => registry.requests.filter(({ path }) => path.startsWith('/v2/team/many/tags/')).length;
    expect(lists()).toBe(10);
    expect(textOf(await entered.page('tags', { place: many, page: '999' }))).toContain('page 50 of 50');
    expect(lists()).toBe(10);
    registry.repository('team/many').tags.set('v10000', digest);
    expect(textOf(await entered.page('tags', { place: many }))).toContain('10001 tags, page 1 of 51');
    expect(lists()).toBe(10 + 11);
    registry.repository('team/many').tags.delete('v10000');
    expect(textOf(await entered.page('tags', { place: many, page: '-1' }))).toContain('page 1 of 50');
    const filtered = await entered.page('tags', { place: many, filter: '999' });
    expect(textOf(filtered)).toContain('19 tags with 999');
    expect(textOf(filtered)).toContain(`remora repo tags --match '*999*' --sort natural ${many}`);
    expect(textOf(await entered.page('tags', { place: many, filter: 'v99?8' }))).toContain('10 tags');
    expect(textOf(await entered.page('tags', { place: many, filter: 'nothing' }))).toContain('0 tags');
    expect(host).toBeDefined();
  });
});

describe('a registry that', () => {
  it('asks for a login gets a page that says how, and is asked anew after it', async () => {
    const registry = await withRegistry({ auth: { type: 'basic', users: USERS } });
    const authFile = join(await tempDir(), 'auth.json');
    await writeFile(authFile, '{}');
    const { dockerCredentials } = await import('../../src/io/credentials/lookup.js');
    const access = () => ({ credentials: dockerCredentials(process.env, { authFile }) });
    const entered = await Entered.start({ access, authFile });
    const place = `${registry.host}/team/app`;
    const refused = await entered.get(`tags?${new URLSearchParams({ place })}`);
    expect([refused.status, textOf(refused.main)]).toEqual([403, expect.stringContaining('A login is needed')]);
    expect(textOf(refused.main)).toContain(`remora login ${registry.host}`);
    expect(refused.headers['www-authenticate']).toBeUndefined();
    const auth = Buffer.from(`ann:${USERS.ann}`).toString('base64');
    await writeFile(authFile, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    registry.repository('team/app').tags.set('v1', registry.putManifest('team/app', { schemaVersion: 2 }).digest);
    expect(textOf(await entered.page('tags', { place }))).toContain('v1');
    const start = await entered.page('start', {});
    expect(textOf(start)).toContain(registry.host);
    expect(start).not.toContain('secret-of-ann');
  });

  it.each([
    [500, 503, 'is busy'],
    [429, 503, 'is busy'],
    [403, 403, 'Access is refused'],
  ])('answers %d makes a page of %d', async (answered, status, words) => {
    const registry = await withRegistry({ fault: () => ({ status: answered }) });
    const access = () => ({ connection: { maxWait: 0, retryDelay: 1 } });
    const got = await (await Entered.start({ access })).get(`tags?place=${registry.host}/team/app`);
    expect([got.status, textOf(got.main)]).toEqual([status, expect.stringContaining(words)]);
  });

  it('cannot be asked what is attached shows the image, and says that the list is not complete', async () => {
    const { image, registry: host } = await placed('registry');
    const entered = await Entered.start({ access: () => ({ connection: { maxWait: 0, retryDelay: 1 } }) });
    expect(host).toBeDefined();
    const whole = textOf(await entered.page('artifact', { place: image }));
    expect(whole).not.toContain('not complete');
  });

  it('fails in the middle of what is attached is told, with what was found', async () => {
    const registry = await withRegistry({
      fault: ({ path }) => (path.includes('/referrers/') ? { status: 500 } : undefined),
    });
    const config = registry.putBlob('team/app', Buffer.from('{}'));
    registry.putManifest(
      'team/app',
      {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config,
        layers: [],
      },
      { tag: 'v1' },
    );
    const access = () => ({ connection: { maxWait: 0, retryDelay: 1 } });
    const main = await (await Entered.start({ access })).page('artifact', { place: `${registry.host}/team/app:v1` });
    expect(textOf(main)).toContain('This list is not complete');
    expect(textOf(main)).not.toContain('0 attachments: every way was asked');
  });

  it('is slow is asked no more when the browser is gone', async () => {
    const registry = await withRegistry({ fault: () => 'stall' });
    const entered = await Entered.start();
    const gone = new AbortController();
    const [pair = ''] = entered.cookie.split(';');
    const asked = fetch(`http://127.0.0.1:${entered.port}${entered.folder}tags?place=${registry.host}/team/app`, {
      headers: { cookie: pair, 'sec-fetch-mode': 'navigate' },
      signal: gone.signal,
    });
    while (registry.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    gone.abort();
    await expect(asked).rejects.toThrow();
    const { length } = registry.requests;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(registry.requests.length).toBe(length);
  });
});

describe('many requests at once', () => {
  it('wait for their turn', async () => {
    const registry = await withRegistry({ latency: 20 });
    registry.repository('team/app').tags.set('v1', registry.putManifest('team/app', { schemaVersion: 2 }).digest);
    const entered = await Entered.start();
    const path = `tags?place=${registry.host}/team/app`;
    const all = await Promise.all(Array.from({ length: 200 }, () => entered.get(path)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('are refused behind the last place of the line, and those that went away hold none', async () => {
    const registry = await withRegistry({ fault: () => 'stall' });
    const entered = await Entered.start();
    const [pair = ''] = entered.cookie.split(';');
    const gone = new AbortController();
    const path = `http://127.0.0.1:${entered.port}${entered.folder}tags?place=${registry.host}/team/app`;
    let refused = 0;
    const waiting = Array.from({ length: 300 }, async () => {
      const answer = await fetch(path, { headers: { cookie: pair }, signal: gone.signal }).catch(() => undefined);
      if (answer?.status === 503) refused += 1;
      return answer?.status;
    });
    await expect.poll(() => refused, { timeout: 10_000 }).toBe(300 - 256);
    expect(registry.requests).toHaveLength(16);
    gone.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([503, undefined]));
    await expect.poll(async () => (await entered.get('start')).status).toBe(200);
  });
});

describe('credentials and headers of the command line', () => {
  const flags = {
    'password-stdin': true,
    'identity-token-stdin': false,
    timeout: 30,
    'max-wait': 60,
    debug: false,
    insecure: false,
    username: 'ann',
    header: ['X-Secret: 1'],
  };
  const own = {
    credentials: async () => ({ username: 'ann', password: 'x' }),
    connection: { headers: { 'x-secret': '1' } },
  };

  it('are for the registry of the place alone', async () => {
    const access = await accessByRegistry(flags, 'one.example', own, () => {});
    expect(access('one.example')).toBe(own);
    for (const other of ['two.example', 'one.example:444', undefined]) {
      expect(access(other).connection?.headers).toBeUndefined();
      expect(access(other).credentials).toBeUndefined();
    }
  });

  it('need one', async () => {
    await expect(accessByRegistry(flags, undefined, own, () => {})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

it('reads a place that is a registry by the words of the terminal', () => {
  const site = new AnyPlace(undefined, { access: () => ({}), flags: ['--insecure'] });
  expect(site.terminal('x')).toEqual(['--insecure', 'x']);
  expect(site.terminal('ghcr.io')).toEqual(['--insecure', 'ghcr.io']);
  // A path is reached without a connection.
  for (const path of ['oci:./layout:v1', 'oci-archive:app.tar', 'dir:./image', './layouts'])
    expect(site.terminal(path)).toEqual([path]);
});
