import { expect, it, onTestFinished } from 'vitest';
import { openRegistry } from '../../../src/store/registry/store.js';
import { startLine } from '../../support/line.js';
import type { FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { startTokenServer } from '../../support/token-server.js';
import { noise, readBlob } from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

const MIB = 1024 * 1024;

/** Chunks as they were announced: `Content-Range` of each PATCH. */
function chunks({ requests }: { requests: readonly { method: string; headers: Record<string, unknown> }[] }) {
  return requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['content-range']);
}

it.each(['absolute', 'path', 'query', 'other-host'] as const)(
  'goes on where the line broke (Location: %s)',
  async (location) => {
    const { registry } = await begin({ location });
    const content = noise(6 * MIB);
    const line = await startLine(registry.host, { cutEvery: 2 * MIB, times: 2 });
    onTestFinished(() => line.close());
    const store = openStore(line.host, REPOSITORY);
    expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
    expect((await readBlob(openStore(registry.host, REPOSITORY), content.descriptor)).equals(content.bytes)).toBe(true);
    // On another host than that of the line, nothing is cut; else it is asked how far it got.
    if (location !== 'other-host' && location !== 'absolute') {
      expect(registry.count('GET', '/blobs/uploads/')).toBe(2);
      expect(line.moved.up).toBeLessThan(6.2 * MIB);
      expect(registry.repository(REPOSITORY).uploads.size).toBe(0);
    }
  },
);

it('survives any number of breaks as long as bytes advance', async () => {
  const { registry } = await begin();
  const content = noise(20 * MIB);
  const line = await startLine(registry.host, { cutEvery: 2 * MIB });
  onTestFinished(() => line.close());
  const progress: number[] = [];
  const store = openStore(line.host, REPOSITORY);
  const onProgress = (bytes: number) => void progress.push(bytes);
  expect(await store.writeBlob(content.descriptor, content.open, { onProgress })).toBe('written');
  expect(line.disturbed).toBeGreaterThanOrEqual(9);
  // A break loses what was on the line, which depends on how busy the machine is; what had arrived is not sent again.
  expect(line.moved.up).toBeLessThan(20.5 * MIB + line.disturbed * 2 * MIB);
  const starts = registry.requests.flatMap(({ headers }) => {
    const start = /^(\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1];
    return start === undefined ? [] : [Number(start)];
  });
  expect(starts.length).toBeGreaterThanOrEqual(9);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(20 * MIB);
});

it('begins anew in small requests where a registry cannot say how far it got', async () => {
  // distribution 2.8 forgets the session that a broken request was for.
  const { registry } = await begin({
    fault: ({ method, path }: FaultRequest) =>
      method === 'GET' && path.includes('/uploads/') ? { status: 404 } : undefined,
  });
  const content = noise(6 * MIB);
  const line = await startLine(registry.host, { cutEvery: 3 * MIB });
  onTestFinished(() => line.close());
  expect(await openStore(line.host, REPOSITORY).writeBlob(content.descriptor, content.open)).toBe('written');
  expect(registry.count('POST')).toBe(2);
  expect(chunks(registry).length).toBeGreaterThan(2);
});

it('asks again where to go on when a chunk is not what comes next (E50)', async () => {
  const { registry, store } = await begin(
    { fault: ({ method, count }) => (method === 'PATCH' && count === 2 ? { status: 416 } : undefined) },
    { chunkSize: MIB },
  );
  const content = noise(3 * MIB);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect(registry.count('GET', '/blobs/uploads/')).toBe(1);
  expect(registry.count('POST')).toBe(1);
});

it('begins anew when a session has expired', async () => {
  let isExpired = false;
  const { registry, store } = await begin(
    {
      fault: ({ method }) => {
        if (method !== 'PATCH' || isExpired || registry.count('PATCH') < 2) return undefined;
        isExpired = true;
        registry.repository(REPOSITORY).uploads.clear();
        return undefined;
      },
    },
    { chunkSize: MIB },
  );
  const content = noise(3 * MIB);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect(registry.count('POST')).toBe(2);
  expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
});

it('does not begin anew for ever', async () => {
  const { registry, store } = await begin({
    fault: ({ method }) =>
      method === 'PUT' ? { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN"}]}' } : undefined,
  });
  const content = noise(MIB);
  await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('NAME_UNKNOWN'),
    hint: expect.stringContaining('repository'),
  });
  expect(registry.count('POST')).toBe(5);
});

it('sends chunks that are in order and without gaps where a size is given (E47, E51)', async () => {
  const { registry, store } = await begin({}, { chunkSize: 400_000 });
  const content = noise(1_000_000);
  await store.writeBlob(content.descriptor, content.open);
  expect(chunks(registry)).toEqual(['0-399999', '400000-799999', '800000-999999']);
  expect(content.opened).toBe(1);
  const put = registry.requests.find(({ method }) => method === 'PUT');
  expect(put?.headers['content-length']).toBe('0');
});

it('sends chunks of the size that a registry asks for (E49)', async () => {
  const { registry, store } = await begin({ chunkMinLength: 2 * MIB });
  const content = noise(5 * MIB);
  await store.writeBlob(content.descriptor, content.open);
  expect(chunks(registry)).toEqual(['0-2097151', '2097152-4194303', '4194304-5242879']);
  // What fits into one is sent as a whole.
  const small = noise(MIB);
  await store.writeBlob(small.descriptor, small.open);
  expect(registry.count('PATCH')).toBe(3);
});

it.each([2 * MIB, 300_000])('sends smaller chunks when a proxy takes no more than %i bytes (413)', async (limit) => {
  const { registry, store } = await begin({
    fault: ({ headers }) =>
      Number(headers['content-length']) > limit ? { status: 413, body: '<html>too large' } : undefined,
  });
  const content = noise(5 * MIB);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
  for (const range of chunks(registry)) {
    const [start = 0, end = 0] = String(range).split('-').map(Number);
    expect(end - start).toBeLessThan(5 * MIB);
  }
});

it('says what it was when nothing is small enough', async () => {
  const { store } = await begin({ fault: ({ method }) => (/P[UA]T/.test(method) ? { status: 413 } : undefined) });
  const content = noise(2 * MIB);
  await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({
    code: 'REJECTED',
    status: 413,
    hint: expect.stringContaining('too large'),
  });
});

it('does not go on from where the registry got other bytes', async () => {
  // It says that it has more than it was sent: the closing PUT is refused, and all is sent again.
  let isTold = false;
  const { registry, store } = await begin({
    fault: ({ method, path }) => {
      if (method === 'PUT' && !isTold) return { status: 503 };
      if (method !== 'GET' || !path.includes('/uploads/') || isTold) return undefined;
      isTold = true;
      return { status: 204, headers: { location: path, range: '0-99999' } };
    },
  });
  const content = noise(MIB);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
  expect(registry.count('POST')).toBe(2);
});

it('mounts a blob from a repository that is known to have it, with a token for both (E14, E56)', async () => {
  const tokens = await startTokenServer({ users: { ann: 'secret' } });
  onTestFinished(() => tokens.close());
  const auth: RegistryOptions['auth'] = {
    type: 'bearer',
    realm: tokens.realm,
    service: 'registry',
    verify: tokens.verify,
  };
  const { registry } = await begin({ auth });
  const options = {
    access: 'write',
    credentials: async () => ({ username: 'ann', password: 'secret' }),
    retryDelay: 5,
  } as const;
  const stores = ['team/base', 'team/app'].map((repository) =>
    openRegistry({ registry: registry.host, repository }, options),
  );
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });
  const [base, app] = stores;
  if (base === undefined || app === undefined) throw new Error('two stores');
  const content = noise(MIB);
  await base.writeBlob(content.descriptor, content.open);
  registry.clear();
  expect(await app.writeBlob(content.descriptor, content.open, { mountFrom: 'team/base' })).toBe('mounted');
  expect(registry.count('PUT')).toBe(0);
  expect(content.opened).toBe(1);
  expect(tokens.questions.at(-1)?.scopes).toEqual(['repository:team/app:pull,push', 'repository:team/base:pull']);
  // What is not there is sent.
  const other = noise(MIB, 'other');
  expect(await app.writeBlob(other.descriptor, other.open, { mountFrom: 'team/base' })).toBe('written');
});
