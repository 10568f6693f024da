import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { startProxy } from '../support/proxy.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

/** A registry and a layout, each with one artifact as `v1`, to which an SBOM is attached. */
async function places() {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'b.txt': 'b' });
  await runHere(['push', './layout:v1', 'a.txt'], cwd);
  const { registry, image } = await withImage();
  const all = [image, 'oci:./layout:v1'];
  for (const place of all) await runHere(['attach', '--artifact-type', 'application/spdx+json', place, 'b.txt'], cwd);
  return { cwd, registry, image, all };
}

describe('annotate', () => {
  it('says what changed, and what stays with the old digest', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const { code, stdout, stderr } = await runHere(['annotate', place, 'a=\u001b[31m', 'b-'], cwd);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^Annotated: {2}\S+@sha256:\w+\nWas: +\S+@sha256:\w+\nTag: +v1\nLeft: +1 sbom, attached/);
      expect(stdout).toMatch(/\n {2}a: \S+\[31m\n$/);
      expect(stdout).not.toContain('\u001b');
      expect(stderr).toMatch(/^remora: the old digest keeps what is attached to it: remora discover \S+@sha256:\w+\n$/);
      const again = await runHere(['annotate', place, 'a=\u001b[31m'], cwd);
      expect(again.stdout).toContain('(is like that already)');
      expect(again.stderr).toBe('remora: nothing was written: the annotations are like that already\n');
    }
  });

  it('says that no signature covers the new digest', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const type = 'application/vnd.cncf.notary.signature';
      await runHere(['attach', '--artifact-type', type, place, 'a.txt'], cwd);
      const { stdout, stderr } = await runHere(['annotate', place, 'a=1'], cwd);
      expect(stdout).toMatch(/Left: +(1 sbom, 1 signature|1 signature, 1 sbom), attached to the old digest/);
      expect(stderr).toContain('no signature covers the new digest: sign it again with remora sign');
    }
  });

  it('prints what --json promises, in a dry run too', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const planned = await runHere(['annotate', '--json', '--dry-run', place, '__proto__=x', 'k=v=w'], cwd);
      const done = await runHere(['annotate', '--json', place, '__proto__=x', 'k=v=w'], cwd);
      const { dryRun, ...result } = resultSchemas.annotate.parse(JSON.parse(planned.stdout));
      expect(dryRun).toBe(true);
      expect(resultSchemas.annotate.parse(JSON.parse(done.stdout))).toEqual(result);
      expect(JSON.stringify(JSON.parse(done.stdout).annotations)).toBe('{"__proto__":"x","k":"v=w"}');
      expect(result).toMatchObject({ tag: 'v1', result: 'written', left: [{ kind: 'sbom', count: 1 }] });
    }
  });

  it('refuses what it cannot do', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const [before] = [await runHere(['resolve', place], cwd)];
      for (const words of [['a'], ['=x'], ['-'], ['a=1', 'a=2'], ['a=1', 'a-'], ['a-', 'a-'], ['']])
        await failureHere(2, ['annotate', place, ...words], cwd);
      await failureHere(2, ['annotate', place, 'org.opencontainers.image.created=today'], cwd);
      await failureHere(2, ['annotate', place.replace(':v1', ''), 'a=1'], cwd);
      const { hint } = await failureHere(2, ['annotate', place, 'a=1', '--platform', 'linux/arm64'], cwd);
      expect(hint).toContain('remora index annotate');
      await failureHere(3, ['annotate', place.replace(':v1', ':v9'), 'a=1'], cwd);
      const other = `${place}@sha256:${'0'.repeat(64)}`;
      await failureHere(7, ['annotate', other, 'a=1'], cwd);
      expect(await runHere(['resolve', place], cwd)).toEqual(before);
    }
    await failureHere(2, ['annotate', `${all[0]},v2`, 'a=1'], cwd);
    await failureHere(3, ['annotate', `oci:${join(cwd, 'none')}:v1`, 'a=1'], cwd);
  });

  it.each([
    [403, 4],
    [503, 6],
  ])('writes nothing where what is attached cannot be asked: %i', async (status, code) => {
    const { cwd, registry, image } = await places();
    const proxy = await startProxy(registry.host, {
      fault: ({ path }) => (path.includes('/referrers/') ? { status } : undefined),
    });
    onTestFinished(() => proxy.close());
    const at = image.replace(registry.host, proxy.host);
    await failureHere(code, ['annotate', at, 'a=1'], cwd);
    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it.each([
    ['a failure of the registry', 500],
    ['a request to wait', 429],
    ['a line that breaks', 'reset'],
  ] as const)('gets over %s at the write', async (_name, how) => {
    const { cwd, registry, image } = await places();
    const proxy = await startProxy(registry.host, {
      fault: ({ method, path, count }) =>
        method === 'PUT' && path.includes('/manifests/') && count === 1
          ? how === 'reset'
            ? 'reset'
            : { status: how }
          : undefined,
    });
    onTestFinished(() => proxy.close());
    const { code, stdout, stderr } = await runHere(
      ['annotate', '--json', image.replace(registry.host, proxy.host), 'a=1'],
      cwd,
    );
    expect(code, stderr).toBe(0);
    expect((await runHere(['resolve', image], cwd)).stdout.trim()).toBe(JSON.parse(stdout).digest);
  });

  it('leaves the tag alone where the write is refused', async () => {
    const { cwd, registry, image } = await places();
    const before = await runHere(['resolve', image], cwd);
    const proxy = await startProxy(registry.host, {
      fault: ({ method }) => (method === 'PUT' ? { status: 403 } : undefined),
    });
    onTestFinished(() => proxy.close());
    await failureHere(4, ['annotate', image.replace(registry.host, proxy.host), 'a=1'], cwd);
    expect(await runHere(['resolve', image], cwd)).toEqual(before);
  });
});
