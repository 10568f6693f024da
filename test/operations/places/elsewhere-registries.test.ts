import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parsePlace } from '../../../src/oci/names/place.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { openStore as openPlace } from '../../../src/store/open.js';
import { openStore } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { withDockerConfig } from '../../support/docker-config.js';
import { type Registry, type RegistryOptions, startRegistry } from '../../support/registry.js';
import { createRounds } from '../../support/rounds.js';
import { tempDir } from '../../support/temp.js';
import { startTokenServer } from '../../support/token-server.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { inDirectory } from '../support/places.js';

const UPSTREAM = 'library/app';
const OWN = 'own/attached';
const connection = { retryDelay: 5 };

async function registry(options: RegistryOptions = {}): Promise<Registry> {
  const started = await startRegistry(options);
  onTestFinished(() => started.close());
  return started;
}

/** An image in one registry; its attachments are to live in another one, or in another repository. */
async function begin(upstream: Registry, own = upstream) {
  await inDirectory({ 'sbom.spdx.json': '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}' });
  const [at, there] = [upstream, own].map(({ otherHost }) => otherHost);
  const store = openStore(at ?? '', UPSTREAM);
  const elsewhere = openStore(there ?? '', OWN);
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  return {
    ...{ store, elsewhere, descriptor, subject: `${upstream.host}/${UPSTREAM}:v1` },
    referrersIn: `${own.host}/${OWN}`,
  };
}

describe('the rights that are asked for', () => {
  const withTokens = async () => {
    const tokens = await startTokenServer();
    onTestFinished(() => tokens.close());
    const auth = { type: 'bearer', realm: tokens.realm, service: 'registry', verify: tokens.verify } as const;
    const started = await registry({ auth });
    const { env } = await withDockerConfig({});
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const scopes = () => new Set(tokens.questions.flatMap((question) => question.scopes));
    return { ...(await begin(started)), scopes };
  };
  const READ = [`repository:${UPSTREAM}:pull`, `repository:${OWN}:pull`];
  const options = (referrersIn: string) => ({ referrersIn, connection, settle: false, selection: { all: true } });

  it('are to read the image, and to write where it is written', async () => {
    const { subject, referrersIn, scopes } = await withTokens();
    await attach(subject, ['sbom.spdx.json'], options(referrersIn));
    expect(scopes()).toEqual(new Set([`repository:${UPSTREAM}:pull`, `repository:${OWN}:pull,push`]));
  });

  it('are to read both where nothing is written', async () => {
    const { subject, referrersIn, scopes, elsewhere, descriptor } = await withTokens();
    await put(elsewhere, descriptor, SBOM);
    await discover(subject, options(referrersIn));
    await detach(subject, { ...options(referrersIn), dryRun: true });
    expect(scopes()).toEqual(new Set(READ));
  });

  it('are to delete where something is found', async () => {
    const { subject, referrersIn, scopes, elsewhere, descriptor } = await withTokens();
    await put(elsewhere, descriptor, SBOM);
    await detach(subject, options(referrersIn));
    expect(scopes()).toEqual(new Set([...READ, `repository:${OWN}:pull,push,delete`]));
  });
});

describe('secrets', () => {
  const NAMES = { robot: 'for-upstream', other: 'for-own' };
  const basic = { auth: { type: 'basic', users: NAMES } } as const;
  const given = {
    credentials: async () => ({ username: 'robot', password: NAMES.robot }),
    connection: { ...connection, headers: { 'x-secret': 'for-upstream' } },
  };
  const sentTo = ({ requests }: Registry) => ({
    users: new Set(
      requests.flatMap(({ headers }) =>
        headers.authorization === undefined ? [] : [atob(headers.authorization.split(' ')[1] ?? '').split(':')[0]],
      ),
    ),
    headers: new Set(requests.map(({ headers }) => headers['x-secret'])),
  });
  const withLogins = async (host: string) => {
    const { env } = await withDockerConfig({ [host]: { username: 'other', password: NAMES.other } });
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  it('of the subject go to its registry alone; the other one gets its stored login', async () => {
    const [upstream, own] = [await registry(basic), await registry(basic)];
    await withLogins(own.host);
    const { subject, referrersIn } = await begin(upstream, own);
    for (const log of [upstream, own]) log.clear();
    await attach(subject, ['sbom.spdx.json'], { ...given, referrersIn, settle: false });
    expect([...(await discover(subject, { ...given, referrersIn }))]).toMatchObject([{ artifactType: SBOM }]);
    expect(sentTo(upstream)).toEqual({ users: new Set(['robot']), headers: new Set(['for-upstream']) });
    expect(sentTo(own)).toEqual({ users: new Set(['other']), headers: new Set([undefined]) });
  });

  it('are for both repositories of one registry, and for the only registry beside a layout', async () => {
    const own = await registry(basic);
    await withLogins('another.example');
    const { subject, referrersIn } = await begin(own);
    own.clear();
    await attach(subject, ['sbom.spdx.json'], { ...given, referrersIn, settle: false });
    const layout = `oci:${join(await tempDir(), 'layout')}`;
    await using store = await openPlace(parsePlace(layout), { create: true });
    await pushImage(store, 'image', { tags: ['v1'] });
    expect([...(await discover(`${layout}:v1`, { ...given, referrersIn }))]).toHaveLength(1);
    expect(sentTo(own)).toEqual({ users: new Set(['robot']), headers: new Set(['for-upstream']) });
  });

  it('of the place of attachments are those that are given for it', async () => {
    const [upstream, own] = [await registry(), await registry(basic)];
    await withLogins('another.example');
    const { subject, referrersIn } = await begin(upstream, own);
    for (const log of [upstream, own]) log.clear();
    const referrersInAccess = { credentials: async () => ({ username: 'other', password: NAMES.other }), connection };
    await attach(subject, ['sbom.spdx.json'], { connection, referrersIn, referrersInAccess, settle: false });
    expect(sentTo(own).users).toEqual(new Set(['other']));
    expect(sentTo(upstream).users).toEqual(new Set());
  });
});

describe('a place that does not answer', () => {
  it.each([
    [403, 'FORBIDDEN'],
    [401, 'UNAUTHORIZED'],
    [429, 'BUSY'],
    [500, 'BUSY'],
  ])('with %i is named, and is never taken for one with nothing in it', async (status, code) => {
    const upstream = await registry();
    const own = await registry({ fault: () => ({ status, headers: { 'retry-after': '0' } }) });
    await begin(upstream);
    const [subject, referrersIn] = [`${upstream.host}/${UPSTREAM}:v1`, `${own.host}/${OWN}`];
    const options = { referrersIn, connection: { ...connection, maxWait: 0 } };
    const { incomplete, asked } = await discover(subject, { ...options, partial: true });
    expect(incomplete.length).toBeGreaterThan(0);
    for (const { way, error } of incomplete) expect([way.includes(referrersIn), error.code]).toEqual([true, code]);
    expect(new Set(asked.map(({ place }) => place))).toEqual(new Set([`${upstream.host}/${UPSTREAM}`]));
    const refused = { code: 'INCOMPLETE', message: expect.stringContaining(referrersIn) };
    await expect(discover(subject, options)).rejects.toMatchObject(refused);
    await expect(verify(subject, { ...options, trust: [makeKey().trust] })).rejects.toMatchObject(refused);
    await expect(copy(subject, `oci:${await tempDir()}/copy`, { ...options, recursive: true })).rejects.toMatchObject(
      refused,
    );
    const detaching = detach(subject, { ...options, selection: { all: true } });
    await expect(detaching).rejects.toMatchObject(refused);
    upstream.clear();
    await expect(attach(subject, ['sbom.spdx.json'], options)).rejects.toMatchObject({ code });
    expect(upstream.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
  });

  it('is as bad where it is that of the subject', async () => {
    let isRefused = false;
    const refuse = ({ path }: { readonly path: string }) =>
      isRefused && /referrers|sha256-/.test(path) ? ({ status: 403 } as const) : undefined;
    const [upstream, own] = [await registry({ fault: refuse }), await registry()];
    const { subject, referrersIn, elsewhere, descriptor } = await begin(upstream, own);
    await put(elsewhere, descriptor, SBOM);
    isRefused = true;
    const found = await discover(subject, { referrersIn, connection, partial: true });
    expect(found.referrers).toMatchObject([{ artifactType: SBOM, places: [referrersIn] }]);
    for (const { way, error } of found.incomplete)
      expect([way.includes(`${upstream.host}/${UPSTREAM}`), error.code]).toEqual([true, 'FORBIDDEN']);
    expect(found.incomplete.length).toBeGreaterThan(0);
  });
});

describe('an image that can only be read', () => {
  const readOnly = async () => {
    const upstream = await registry({ deletes: false });
    const own = await registry();
    const started = await begin(upstream, own);
    await put(started.store, started.descriptor, SBOM);
    return { ...started, upstream };
  };

  it('keeps what it has, which is told, and loses what is elsewhere', async () => {
    const { subject, referrersIn, elsewhere, descriptor, upstream } = await readOnly();
    await put(elsewhere, descriptor, SBOM);
    const result = await detach(subject, { selection: { all: true }, referrersIn, connection, settle: false });
    expect(result.removed).toMatchObject([{ place: referrersIn }]);
    const error = { code: 'UNSUPPORTED' };
    expect(result.incomplete).toMatchObject([{ place: `${upstream.host}/${UPSTREAM}`, error }]);
    const { referrers } = await discover(subject, { referrersIn, connection });
    expect(referrers).toMatchObject([{ artifactType: SBOM }]);
    expect(referrers[0]?.places).toBeUndefined();
  });

  it('is not asked to delete what is elsewhere alone', async () => {
    const { subject, referrersIn, elsewhere, descriptor, upstream } = await readOnly();
    const { digest } = await put(elsewhere, descriptor, SCAN);
    const result = await detach(subject, { selection: { digest }, referrersIn, connection, settle: false });
    expect(result).toMatchObject({ removed: [{ digest, place: referrersIn }], incomplete: [] });
    expect(upstream.count('DELETE')).toBe(0);
  });

  it('refuses to be pruned, before anything is removed', async () => {
    const { subject, descriptor } = await readOnly();
    const layout = `oci:${join(await tempDir(), 'layout')}`;
    await using store = await openPlace(parsePlace(layout), { create: true });
    await put(store, descriptor, SCAN);
    await put(store, descriptor, SBOM);
    const options = { referrersIn: layout, connection, settle: false, prune: true } as const;
    const both = detach(subject, { ...options, selection: { all: true } });
    await expect(both).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await detach(subject, { ...options, selection: { artifactType: SCAN } })).toMatchObject({
      removed: [{ artifactType: SCAN }],
      pruned: { blobs: expect.any(Number) },
    });
  });
});

it('asks both places at the same time', async () => {
  const rounds = createRounds();
  const both = await registry({ rounds });
  const { subject, referrersIn, elsewhere, store, descriptor } = await begin(both);
  const scan = await put(store, descriptor, SCAN);
  const sbom = await put(elsewhere, descriptor, SBOM);
  await put(elsewhere, sbom, SCAN);
  await put(store, scan, SBOM);
  const counted = async (options: object) => {
    rounds.count = 0;
    both.clear();
    await discover(subject, { connection, ...options });
    return { rounds: rounds.count, requests: both.requests.length, twice: both.duplicates() };
  };
  const alone = await counted({});
  const together = await counted({ referrersIn });
  expect(together.rounds).toBeLessThanOrEqual(alone.rounds + 1);
  expect(together.twice).toEqual([]);
});
