import { describe, expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { attach, digests, list, listDigests, pushImage, referrerOf } from '../support/artifacts.js';
import { begin } from './support/start.js';

const SBOM = 'application/spdx+json';
const PAGE = { 'content-type': 'text/html; charset=utf-8' };

/** A registry that sends referrers requests to another origin, which answers like this. */
async function redirecting(status: number, there: Fault) {
  let otherHost = '';
  const fault = ({ path, headers }: FaultRequest): Fault | undefined => {
    if (headers.host === otherHost) return there;
    if (otherHost === '' || !path.includes('/referrers/')) return undefined;
    return { status, headers: { location: `http://${otherHost}/orgs/acme/packages?digest=1` } };
  };
  const credentials = async () => ({ username: 'ada', password: 'secret' });
  const auth = { type: 'basic' as const, users: { ada: 'secret' } };
  const { registry, store, open } = await begin(
    { referrers: 'none', fault, auth },
    { credentials, headers: { 'x-team': 'build' } },
  );
  const { descriptor } = await pushImage(store, 'image');
  otherHost = registry.otherHost;
  registry.clear();
  const elsewhere = () => registry.requests.filter(({ headers }) => headers.host === otherHost);
  return { registry, store, open, subject: descriptor, elsewhere };
}

describe('a redirect of referrers to another origin', () => {
  it.each<[string, number, Fault]>([
    ['401', 302, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }],
    ['403', 307, { status: 403 }],
    ['404', 301, { status: 404 }],
    ['429', 303, { status: 429, headers: { ...PAGE, 'retry-after': '3600' }, body: '<html>Too many requests' }],
    ['a web page', 303, { status: 200, headers: PAGE, body: '<!doctype html><html>' }],
    ['a web page without a type', 308, { status: 200, body: '<!DOCTYPE html><html>' }],
  ])('that ends in %s shows that there is no API: the tag is written and read', async (_, status, there) => {
    const { store, open, subject, elsewhere } = await redirecting(status, there);
    expect(await list(open(), subject)).toEqual([]);
    const sbom = referrerOf(subject, SBOM);
    expect(await attach(store, sbom, { settle: false })).toEqual({ result: 'written', listedBy: 'tag' });
    expect(await listDigests(open(), subject)).toEqual(digests(sbom));
    // Each store asks once, and shows no secret there.
    expect(elsewhere()).toHaveLength(3);
    for (const { headers } of elsewhere()) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('x-team');
    }
  });

  it.each<[string, string, Fault]>([
    ['500', 'BUSY', { status: 500 }],
    ['503 with a web page', 'BUSY', { status: 503, headers: PAGE, body: '<html>' }],
    ['a reset', 'UNREACHABLE', 'reset'],
    ['silence', 'TIMEOUT', 'stall'],
    ['other JSON', 'MALFORMED', { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['410', 'REJECTED', { status: 410 }],
  ])('that ends in %s is no answer (%s)', async (_, code, there) => {
    const { open, subject } = await redirecting(303, there);
    const store = open({ timeout: 300 });
    await expect(list(store, subject)).rejects.toMatchObject({ code });
    const unasked: [string, unknown][] = [];
    await list(store, subject, { onUnasked: (way, error) => void unasked.push([way, error]) });
    expect(unasked).toEqual([[expect.stringContaining('Referrers API'), expect.objectContaining({ code })]]);
  });

  it('that ends in an index is an answer', async () => {
    const index = JSON.stringify({ schemaVersion: 2, manifests: [] });
    const { open, subject } = await redirecting(307, { status: 200, body: index });
    const asked: unknown[] = [];
    expect(await list(open(), subject, { onAsked: (way) => void asked.push(way) })).toEqual([]);
    expect(asked).toContainEqual({ via: 'api', found: 0 });
  });
});

describe('a redirect of referrers on the same origin', () => {
  const begun = (status: number, there: Fault) =>
    begin({
      fault: ({ path }) => {
        if (path.startsWith('/elsewhere')) return there;
        return path.includes('/referrers/') ? { status, headers: { location: '/elsewhere' } } : undefined;
      },
    });

  it.each<[number, string]>([
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [429, 'BUSY'],
    [503, 'BUSY'],
  ])('that ends in %i is a failure of the registry (%s)', async (status, code) => {
    const { store } = await begun(307, { status });
    const { descriptor } = await pushImage(store, 'image');
    await expect(list(store, descriptor)).rejects.toMatchObject({ code });
  });

  it('is followed to the list', async () => {
    const { store } = await begun(302, { status: 200, body: JSON.stringify({ schemaVersion: 2, manifests: [] }) });
    const { descriptor } = await pushImage(store, 'image');
    expect(await list(store, descriptor)).toEqual([]);
  });
});
