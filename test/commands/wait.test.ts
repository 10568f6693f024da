import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attach } from '../../src/operations/attach/attach.js';
import { copy } from '../../src/operations/copy/copy.js';
import { push } from '../../src/operations/push/push.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { fakeClock } from '../operations/support/fake-clock.js';
import type { Fault } from '../support/loopback.js';
import { tempDir } from '../support/temp.js';
import { startTokenServer } from '../support/token-server.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';
import { envelopeAbout, withKeys } from './support/signed.js';
import { start, until } from './support/start.js';

const SPDX = { content: '{"spdxVersion":"SPDX-2.3"}', name: 'sbom.spdx.json' };
const options = { artifactType: 'application/spdx+json', settle: false };

/** A layout whose subject is not signed, and what attaches an envelope of a key to it. */
async function withEnvelopes() {
  const keys = await withKeys();
  const subject = `oci:${join(keys.cwd, 'layout')}:v1`;
  const sign = (key: (typeof keys)['good'], digest = keys.digest) =>
    attach(subject, [{ content: envelopeAbout(digest, [key]), name: 'envelope.json' }]);
  return { ...keys, subject, sign };
}

describe('discover --require --wait', () => {
  it('asks again until it is attached, with growing pauses, and prints one result', async () => {
    const { registry, image } = await withImage();
    const cwd = await tempDir();
    const pauses = fakeClock((count) => count === 3 && attach(image, [SPDX], options));
    const words = ['discover', image, '--require', 'sbom', '--wait', '60s', '--json'];
    const { code, stdout, stderr } = await runHere(words, cwd);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { referrers: [{ kind: 'sbom' }], missing: [] }]);
    expect(pauses).toEqual([1000, 1500, 2250]);
    expect(stderr.match(/waiting/g)).toHaveLength(1);
    expect(stderr).toMatch(/^remora: waiting up to 60 s: sha256:\w{64} has no sbom\n/);
    // The subject, its list and its manifest: four times each way, and no answer from before.
    expect(registry.count('HEAD', '/manifests/v1') + registry.count('GET', '/manifests/v1')).toBeGreaterThanOrEqual(4);
  });

  it('asks the same again each time, and nothing more', async () => {
    const { registry, image } = await withImage();
    const cwd = await tempDir();
    await runHere(['discover', image, '--require', 'sbom'], cwd);
    const once = registry.requests.length;
    registry.clear();
    const pauses = fakeClock();
    const { code, stdout } = await runHere(['discover', image, '--require', 'sbom', '--wait', '10'], cwd);
    expect([code, stdout]).toEqual([3, expect.stringMatching(/\nMISSING +FORMAT/)]);
    const asked = pauses.length + 1;
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);
    expect(registry.count(undefined, '/manifests/')).toBeGreaterThan(0);
    // What a port speaks is asked once for all.
    expect(registry.requests.length).toBeLessThanOrEqual(once * asked);
    expect(registry.count(undefined, '/referrers/')).toBe(asked);
  });

  it('waits for the tag, then for what is attached, and says so each time', async () => {
    const { image } = await withImage();
    const cwd = await tempDir();
    const later = image.replace(':v1', ':later');
    fakeClock(async (count) => {
      if (count === 1) await copy(image, later);
      if (count === 2) await attach(later, [SPDX], options);
    });
    const { code, stderr } = await runHere(['discover', later, '--require', 'sbom', '--wait', '1m'], cwd);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^remora: waiting up to 60 s: \S+:later does not exist\nremora: still waiting: sha256:\w+ has no sbom\n/,
      ),
    ]);
  });

  it.each<[string, number, number, Fault]>([
    ['ends at once where access is refused', 4, 0, { status: 403 }],
    ['goes on while a place does not answer, and ends with its failure', 6, 3, { status: 500 }],
  ])('%s', async (_what, code, waits, fault) => {
    let isBroken = true;
    const { image } = await withImage({ fault: ({ path }) => (isBroken && path.endsWith('.sig') ? fault : undefined) });
    const cwd = await tempDir();
    const words = ['discover', image, '--require', 'signature', '--wait'];
    const pauses = fakeClock();
    expect((await runHere([...words, '4'], cwd)).code).toBe(code);
    expect(pauses).toHaveLength(waits);
    isBroken = false;
    expect((await runHere([...words, '0'], cwd)).code).toBe(3);
  });

  it('shares the token, and asks anew for all else', async () => {
    const server = await startTokenServer();
    onTestFinished(() => server.close());
    const auth = { type: 'bearer', realm: server.realm, service: 'registry', verify: server.verify } as const;
    const { registry, image } = await withImage({ auth });
    const cwd = await tempDir();
    fakeClock();
    await runHere(['discover', image, '--require', 'sbom', '--wait', '5'], cwd);
    expect(registry.count(undefined, '/referrers/')).toBeGreaterThan(2);
    expect(server.requests.length).toBe(1);
  });
});

describe('resolve --wait', () => {
  it('waits for a tag in a registry', async () => {
    const { image } = await withImage();
    const later = image.replace(':v1', ':later');
    const pauses = fakeClock((count) => count === 2 && copy(image, later));
    const cwd = await tempDir();
    const { code, stdout, stderr } = await runHere(['resolve', later, '--wait', '60'], cwd);
    expect([code, stdout]).toEqual([0, (await runHere(['resolve', image], cwd)).stdout]);
    expect(stderr).toMatch(/^remora: waiting up to 60 s: \S+ does not exist\n$/);
    expect(pauses).toHaveLength(2);
  });

  it('waits for a layout that is not there, and for its tag', async () => {
    const cwd = await tempDir();
    await makeFiles(cwd, { 'a.txt': 'text' });
    const pauses = fakeClock(async (count) => {
      if (count === 1) await push(`oci:${cwd}/layout:v1`, [join(cwd, 'a.txt')]);
      if (count === 2) await push(`oci:${cwd}/layout:v2`, [join(cwd, 'a.txt')]);
    });
    expect((await runHere(['resolve', 'oci:layout:v2', '--wait', '60'], cwd)).code).toBe(0);
    expect(pauses).toHaveLength(2);
  });

  it('ends with the last answer when the time is over', async () => {
    const { image } = await withImage();
    const cwd = await tempDir();
    fakeClock();
    const words = ['resolve', image.replace(':v1', ':never'), '--wait', '3'];
    const { code, stdout, stderr } = await runHere(words, cwd);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^remora: waiting up to 3 s: .*\nremora: waited 3 s in vain\nremora: error: \S+:never does not exist\n/,
    );
    const json = await runHere([...words, '--json'], cwd);
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([3, { error: { code: 'NOT_FOUND' } }]);
  });

  it('ends at once on Ctrl-C', async () => {
    const { registry, image } = await withImage();
    const running = start(['resolve', image.replace(':v1', ':never'), '--wait', '1h'], { cwd: await tempDir() });
    await until(
      () => registry.requests.length > 0 && registry.requests.every(({ end }) => end < Number.POSITIVE_INFINITY),
    );
    const moment = performance.now();
    running.child.kill('SIGINT');
    const { code, stderr, since } = await running.done;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/remora: error: interrupted\n$/)]);
    expect(since(moment)).toBeLessThan(900);
  });
});

describe('verify --wait', () => {
  it('waits while nothing is signed, then while others signed, until the key did', async () => {
    const { cwd, good, other, subject, sign } = await withEnvelopes();
    const pauses = fakeClock(async (count) => {
      if (count === 1) await sign(other);
      if (count === 2) await sign(good);
    });
    const { code, stderr } = await runHere(['verify', subject, '--key', 'good.pub', '--wait', '60s'], cwd);
    expect([code, pauses.length]).toEqual([0, 2]);
    expect(stderr).toMatch(/waiting up to 60 s: \S+ has no signature or attestation\n/);
    expect(stderr).toMatch(/still waiting: \S+ has no verified signature or attestation: no given key made/);
  });

  it('goes on beside what others signed wrongly, and ends at once at a wrong signature of the key', async () => {
    const { cwd, good, other, subject, sign } = await withEnvelopes();
    const wrong = `sha256:${'0'.repeat(64)}`;
    await sign(other, wrong);
    const pauses = fakeClock((count) => count === 2 && sign(good, wrong));
    const { code, stdout } = await runHere(['verify', subject, '--key', 'good.pub', '--wait', '60s', '--json'], cwd);
    expect([code, pauses.length]).toEqual([5, 2]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'not-verified' });
    expect(JSON.parse(stdout).referrers).toContainEqual(expect.objectContaining({ verdict: 'wrong', ofTrust: true }));
  });

  it('ends with the code of the last verdict', async () => {
    const { cwd, other, subject, sign } = await withEnvelopes();
    fakeClock();
    const words = ['verify', subject, '--key', 'good.pub', '--require', 'sbom', '--wait', '5'];
    expect((await runHere(words, cwd)).code).toBe(3);
    await sign(other);
    expect((await runHere(words, cwd)).code).toBe(5);
  });

  it('waits until the rules of a policy are kept, and not for an image that no rule is for', async () => {
    const { cwd, good, subject, sign } = await withEnvelopes();
    const policy = (scope: string) =>
      writeFile(
        join(cwd, 'policy.yaml'),
        `version: 1\ntrust: {good: {key: good.pub}}\nrules: {sbom: {scope: '${scope}', kind: sbom, by: good}}\n`,
      );
    await policy('**');
    const pauses = fakeClock((count) => count === 2 && sign(good));
    const words = ['verify', subject, '--policy', 'policy.yaml', '--wait', '60'];
    const { code, stderr } = await runHere(words, cwd);
    expect([code, pauses.length]).toEqual([0, 2]);
    expect(stderr).toContain('breaks rule "sbom"');
    await policy('ghcr.io/other/*');
    expect((await runHere(words, cwd)).code).not.toBe(0);
    expect(pauses).toHaveLength(2);
  });

  it('ends at once where a place refuses to answer, and with --no-wrong at the first that is wrong', async () => {
    const { image } = await withImage({ fault: ({ path }) => (path.endsWith('.sig') ? { status: 401 } : undefined) });
    const { cwd, other, subject, sign } = await withEnvelopes();
    const pauses = fakeClock();
    expect((await runHere(['verify', image, '--key', 'good.pub', '--wait', '60'], cwd)).code).toBe(4);
    await sign(other, `sha256:${'0'.repeat(64)}`);
    expect((await runHere(['verify', subject, '--key', 'good.pub', '--no-wrong', '--wait', '60'], cwd)).code).toBe(5);
    expect(pauses).toEqual([]);
  });

  it('does not wait without trust', async () => {
    const { cwd, subject } = await withEnvelopes();
    const pauses = fakeClock();
    await failureHere(2, ['verify', subject, '--wait', '5'], cwd);
    expect(pauses).toEqual([]);
  });
});

describe('pull --wait', () => {
  it('waits for an attachment that fits', async () => {
    const { image } = await withImage();
    const cwd = await tempDir();
    fakeClock((count) => count === 2 && attach(image, [SPDX], options));
    const { code, stderr } = await runHere(['pull', image, '--kind', 'sbom', '--wait', '60'], cwd);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^remora: waiting up to 60 s: .*nothing of .*\n$/)]);
    expect(await readFile(join(cwd, SPDX.name), 'utf8')).toBe(SPDX.content);
  });

  it.each([[['-o', 'out']], [['--stdout']]])('waits until it is signed by the key, with %j', async (where) => {
    const { cwd, good, other, subject, sign } = await withEnvelopes();
    const pauses = fakeClock(async (count) => {
      if (count === 1) await sign(other);
      if (count === 2) await sign(good);
    });
    const words = ['pull', subject, '--kind', 'sbom', '--unwrap', ...where, '--verify', '--key', 'good.pub'];
    const { code, stderr } = await runHere([...words, '--wait', '60'], cwd);
    expect([code, pauses.length]).toEqual([0, 2]);
    expect(stderr).toMatch(/still waiting: .* fits, and is not verified/);
  });

  it('ends at once at a wrong signature of the key', async () => {
    const { cwd, good, subject, sign } = await withEnvelopes();
    await sign(good, `sha256:${'0'.repeat(64)}`);
    const pauses = fakeClock();
    const words = ['pull', subject, '--kind', 'sbom', '-o', 'out', '--verify', '--key', 'good.pub', '--wait', '60'];
    expect((await runHere(words, cwd)).code).toBe(5);
    expect(pauses).toEqual([]);
  });

  it('ends at once at several that fit', async () => {
    const { image } = await withImage();
    const cwd = await tempDir();
    for (const name of ['a.spdx.json', 'b.spdx.json']) await attach(image, [{ ...SPDX, name }], options);
    const pauses = fakeClock();
    expect((await runHere(['pull', image, '--kind', 'sbom', '--wait', '60'], cwd)).code).toBe(7);
    expect(pauses).toEqual([]);
  });
});

describe('a bad --wait', () => {
  it.each(['', 'soon', '-1', '1.5m', '60 s', '60ms', '1h30m', '9999999', '0x10', '١'])(
    '%j is a mistake',
    async (time) => {
      const { registry, image } = await withImage();
      const cwd = await tempDir();
      await writeFile(join(cwd, 'key.pub'), '');
      for (const words of [['discover', '--require', 'sbom'], ['resolve'], ['pull']]) {
        const [name = '', ...rest] = words;
        const error = await failureHere(2, [name, image, ...rest, `--wait=${time}`], cwd);
        expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
      expect(registry.requests).toEqual([]);
    },
  );

  it('is one without --require', async () => {
    const { registry, image } = await withImage();
    const error = await failureHere(2, ['discover', image, '--wait', '60'], await tempDir());
    expect(error).toMatchObject({ hint: 'Name the kind to wait for, like --require sbom' });
    expect(registry.requests).toEqual([]);
  });

  it('is one beside --blob', async () => {
    const cwd = await tempDir();
    await makeFiles(cwd, { a: 'a', b: '{}' });
    await failureHere(2, ['verify', '--blob', 'a', '--bundle', 'b', '--wait', '60'], cwd);
  });
});
