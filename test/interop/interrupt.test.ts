import { mkdir, open as openFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { writeImage } from '../support/image-layout.js';
import { DISTRIBUTION_3, layoutPlace, type OpenInterop } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import type { Fault } from '../support/loopback.js';
import { describeWithPeers, run } from '../support/peers.js';
import { type Proxy as PeerProxy, startProxy } from '../support/proxy.js';
import { push, type RunningRemora, remora, startRemora } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';

const BIG = 200_000_000;
/** Within a second; the rest is for a machine that has other things to do. */
const BOUND_MS = 3_000;

/** Stops a run as Ctrl-C does, as soon as something has happened, and tells how it ended. */
async function interrupt({ child, done }: RunningRemora, ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready()) && child.exitCode === null) await sleep(5);
  expect(child.exitCode).toBe(null);
  const started = performance.now();
  child.kill('SIGINT');
  const { code, stdout, stderr } = await done;
  const took = performance.now() - started;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/^remora: (error: )?interrupted/);
  expect(took).toBeLessThan(BOUND_MS);
}

async function bigFile(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'big.bin');
  await writeFile(path, 'not all of it is zero');
  await truncate(path, BIG);
  return path;
}

describeWithPeers('Ctrl-C with a registry', DISTRIBUTION_3.peers, () => {
  let open: OpenInterop;
  let repositories = 0;

  beforeAll(async () => {
    open = await DISTRIBUTION_3.open();
    await bigFile(open.directory);
  });
  afterAll(() => open?.close());

  /** A repository behind a proxy that takes its time. */
  async function slow(fault?: (request: { method: string; path: string }) => Fault | undefined) {
    const [host = ''] = open.fresh().at('').split('/');
    const proxy = await startProxy(host, { latency: 150, ...(fault && { fault }) });
    onTestFinished(() => proxy.close());
    const name = `big/${++repositories}`;
    return { proxy, reference: `${proxy.host}/${name}`, direct: `${host}/${name}` };
  }

  const under = (proxy: PeerProxy, method: string, path: RegExp, bytes = 0) =>
    proxy.requests.some(
      (request) =>
        request.method === method &&
        path.test(request.path) &&
        Math.max(request.requestBytes, request.responseBytes) >= bytes,
    );

  it.each([
    ['before anything is sent', (proxy: PeerProxy) => proxy.requests.length > 0],
    ['when an upload is opened', (proxy: PeerProxy) => under(proxy, 'POST', /uploads/)],
    ['in the middle of an upload', (proxy: PeerProxy) => under(proxy, 'PUT', /uploads/, 1_000_000)],
  ])('while a large file is pushed: %s', async (_, ready) => {
    const { proxy, reference, direct } = await slow();
    const temp = await tempDir();
    const words = ['push', `${reference}:v1`, 'big.bin'];
    await interrupt(startRemora(words, { cwd: open.directory, env: { TMPDIR: temp } }), () => ready(proxy));
    expect(under(proxy, 'PUT', /manifests/)).toBe(false);
    await sleep(300);
    expect((await run('crane', ['ls', direct])).stdout.trim()).toBe('');
    expect([await tree(temp), await tree(open.directory)]).toEqual([[], ['big.bin']]);
    expect((await remora(['resolve', `${direct}:v1`])).code).toBe(3);
  });

  it('while a push waits for a server that does not answer', async () => {
    const { proxy, reference } = await slow(({ method }) => (method === 'PUT' ? 'stall' : undefined));
    const words = ['push', `${reference}:v1`, 'big.bin'];
    await interrupt(startRemora(words, { cwd: open.directory }), () => under(proxy, 'PUT', /uploads/));
    expect(await tree(open.directory)).toEqual(['big.bin']);
  });

  it('while a large file is pulled: nothing is left, and what was there stays', async () => {
    const { proxy, reference, direct } = await slow(({ path }) =>
      path.includes('/blobs/') ? { stallAfter: 5_000_000 } : undefined,
    );
    await push(`${direct}:v1`, ['big.bin'], { cwd: open.directory });
    const out = await tempDir();
    const words = ['pull', '-o', out, `${reference}:v1`];
    await writeFile(join(out, 'big.bin'), 'an older one');
    await interrupt(startRemora(words), () => under(proxy, 'GET', /blobs/, 2_000_000));
    expect(await tree(out)).toEqual(['big.bin']);
    const file = await openFile(join(out, 'big.bin'));
    expect((await file.readFile('utf8')).slice(0, 20)).toBe('an older one');
    await file.close();

    const fresh = join(out, 'not', 'there');
    proxy.clear();
    await interrupt(startRemora(['pull', '-o', fresh, `${reference}:v1`]), () =>
      under(proxy, 'GET', /blobs/, 2_000_000),
    );
    expect(await tree(out)).toEqual(['big.bin']);

    const temp = await tempDir();
    proxy.clear();
    await interrupt(startRemora(['pull', '--stdout', `${reference}:v1`], { env: { TMPDIR: temp } }), () =>
      under(proxy, 'GET', /blobs/, 2_000_000),
    );
    expect(await tree(temp)).toEqual([]);
  });
});

describeWithPeers('Ctrl-C with a layout', [], () => {
  it('while a large file is pushed and attached: nothing of it is left', async () => {
    const dir = await tempDir();
    const place = layoutPlace(join(dir, 'layout'));
    const image = await writeImage(join(dir, 'image'));
    await place.load(image);
    const before = await tree(place.at(''));
    const path = await bigFile(join(dir, 'files'));
    const writing = async () => (await readdir(place.at(''))).some((name) => name.endsWith('.tmp'));
    await interrupt(startRemora(['push', place.at(':big'), path]), writing);
    expect(await tree(place.at(''))).toEqual(before);
    await interrupt(startRemora(['attach', '--artifact-type', 'application/x.big', place.at(':v1'), path]), writing);
    expect(await tree(place.at(''))).toEqual(before);
    expect(await checkedEntries(place.at(''))).toHaveLength(1);
  });
});
