import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { failureHere, runHere } from '../support/in-process.js';
import { at, digestAt, places, shown } from '../support/manifest-places.js';
import { failure, SBOM } from '../support/run.js';

describe('manifest delete', () => {
  it('deletes a tag alone, and says what stays', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const digest = await digestAt(place, cwd);
      await runHere(['tag', place, 'v2'], cwd);
      const result = await runHere(['manifest', 'delete', '-y', at(place, ':v2')], cwd);
      expect(result).toEqual({
        code: 0,
        stdout: `Deleted tag ${shown(at(place, ':v2'))}; the manifest stays: ${shown(at(place, `@${digest}`))}\n`,
        stderr: '',
      });
      expect(await digestAt(place, cwd)).toBe(digest);
      const { stdout } = await runHere(['manifest', 'delete', '-y', place, '--json'], cwd);
      expect(resultSchemas['manifest delete'].parse(JSON.parse(stdout))).toEqual({
        reference: shown(place),
        deleted: true,
        remaining: shown(at(place, `@${digest}`)),
      });
      await failureHere(3, ['manifest', 'delete', '-y', place], cwd);
      expect((await runHere(['manifest', 'get', at(place, `@${digest}`)], cwd)).code).toBe(0);
    }
  });

  it('deletes a manifest with its tags', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const reference = at(place, `@${await digestAt(place, cwd)}`);
      const { stdout } = await runHere(['manifest', 'delete', '--yes', reference, '--json'], cwd);
      expect(resultSchemas['manifest delete'].parse(JSON.parse(stdout))).toEqual({
        reference: shown(reference),
        deleted: true,
      });
      expect((await runHere(['repo', 'tags', at(place, '')], cwd)).stdout).toBe('');
      expect((await failureHere(3, ['manifest', 'delete', '--yes', reference], cwd)).message).toContain(
        'does not exist',
      );
    }
  });

  it('takes what was attached out of the list', async () => {
    for (const options of [{}, { referrers: 'none' } as const]) {
      const { cwd, all } = await places(options);
      for (const place of all) {
        const attach = ['attach', place, '--artifact-type', SBOM, 'a.txt', '--json', '--no-settle'];
        const { digest } = JSON.parse((await runHere(attach, cwd)).stdout);
        const remove = ['manifest', 'delete', '-y', '--no-settle', at(place, `@${digest}`)];
        const listed = 'referrers' in options && !place.startsWith('.');
        expect((await runHere(remove, cwd)).stdout).toBe(
          `Deleted ${shown(at(place, `@${digest}`))}${listed ? ', and its entry in the list of its subject' : ''}\n`,
        );
        expect(JSON.parse((await runHere(['discover', place, '--json'], cwd)).stdout).referrers).toEqual([]);
        await runHere(attach, cwd);
        const { stdout } = await runHere([...remove, '--json'], cwd);
        expect(JSON.parse(stdout).listUpdated).toBe(listed ? true : undefined);
      }
    }
  });

  it('never deletes the digest where a tag alone cannot be deleted (E117)', async () => {
    const { cwd, registry, image } = await places({
      fault: ({ method, path }) =>
        method === 'DELETE' && !path.includes('sha256:')
          ? { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID","message":"x"}]}' }
          : undefined,
    });
    const { code, hint } = await failureHere(1, ['manifest', 'delete', '-y', image], cwd);
    expect([code, hint]).toEqual(['UNSUPPORTED', expect.stringContaining('manifest delete REPO@DIGEST')]);
    expect(registry.count('DELETE', 'sha256:')).toBe(0);
    expect(registry.repository('team/app').manifests.size).toBe(1);
  });

  it('says that deletes are switched off', async () => {
    const { cwd, image } = await places({ deletes: false });
    const reference = at(image, `@${await digestAt(image, cwd)}`);
    expect((await failureHere(1, ['manifest', 'delete', '-y', reference], cwd)).message).toContain(
      'does not let manifests be deleted',
    );
  });

  it('wants a confirmation, and asks nothing of the registry without one', async () => {
    const { cwd, registry, all } = await places();
    registry.clear();
    for (const place of all) {
      const { message, hint } = await failure(2, ['manifest', 'delete', place], { cwd });
      expect([message, hint]).toEqual([expect.stringContaining('confirmation'), expect.stringContaining('--yes')]);
    }
    expect(registry.requests).toEqual([]);
  });

  it('wants a tag or a digest', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      await failureHere(2, ['manifest', 'delete', '-y', at(place, '')], cwd);
      await failureHere(2, ['manifest', 'delete', '-y', `${place}@${await digestAt(place, cwd)}`], cwd);
      await digestAt(place, cwd);
    }
  });
});
