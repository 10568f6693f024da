import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { remora } from '../../support/remora.js';
import { tempDir, tree } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';
import { failure, SBOM, withImage } from '../support/run.js';

const HTML = { 'content-type': 'text/html' };
const PAGE = '<!doctype html><title>Sign in</title>';

/** What a registry answers, the exit code, and the code of the error. */
const ANSWERS: readonly (readonly [string, Fault, number, string])[] = [
  ['401', { status: 401 }, 4, 'UNAUTHORIZED'],
  ['403', { status: 403, body: '{"errors":[{"code":"DENIED","message":"not yours"}]}' }, 4, 'FORBIDDEN'],
  ['429', { status: 429, headers: { 'retry-after': '0' } }, 6, 'BUSY'],
  ['500', { status: 500 }, 6, 'BUSY'],
  ['503 with a web page', { status: 503, headers: HTML, body: PAGE }, 6, 'BUSY'],
  ['a reset', 'reset', 6, 'UNREACHABLE'],
];

async function begin(fault: (request: FaultRequest) => Fault | undefined) {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdx":1}');
  return { cwd, ...(await withImage({ fault })) };
}

/** Where each command meets the fault first. */
const COMMANDS: readonly (readonly [string, (image: string) => string[]])[] = [
  ['resolve', (image) => ['resolve', image]],
  ['inspect', (image) => ['inspect', image]],
  ['discover', (image) => ['discover', image]],
  ['pull', (image) => ['pull', image, '--artifact-type', SBOM]],
  ['push', (image) => ['push', image.replace(':v1', ':new'), 'sbom.json']],
  ['attach', (image) => ['attach', image, '--artifact-type', SBOM, 'sbom.json']],
];

describe.each(COMMANDS)('%s against a registry that', (_command, args) => {
  it.each(ANSWERS)('answers %s to everything', async (_what, fault, exit, code) => {
    const { cwd, image, registry } = await begin(() => fault);
    const before = registry.repository('team/app').manifests.size;
    const error = await failureHere(exit, args(image), cwd);
    expect(error.code).toBe(code);
    expect(error.hint).toBeDefined();
    expect(error.message).toContain(registry.host);
    if (typeof fault === 'object' && 'status' in fault) expect(error.status).toBe(fault.status);
    expect(await tree(cwd)).toEqual(['sbom.json']);
    expect(registry.repository('team/app').manifests.size).toBe(before);
  });
});

describe('a registry', () => {
  it('that is down is unreachable, for the program too', async () => {
    const { image, registry } = await begin(() => undefined);
    await registry.close();
    const error = await failure(6, ['discover', image]);
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('refuses connections') });
  });

  it('that answers with web pages is no registry', async () => {
    const page: Fault = { status: 200, headers: HTML, body: PAGE };
    const { cwd, image } = await begin(() => page);
    for (const [name, args] of COMMANDS) {
      if (name === 'push') continue;
      const error = await failureHere(5, args(image), cwd);
      expect(error, name).toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('a web page') });
    }
    const push = await runHere(['push', image, 'sbom.json'], cwd);
    expect([push.code, push.stdout]).not.toContain(0);
  });

  it('that has nothing of that name says so', async () => {
    const { cwd, registry } = await begin(() => undefined);
    for (const [name, args] of COMMANDS) {
      if (name === 'push') continue;
      const error = await failureHere(3, args(`${registry.host}/team/other:v1`), cwd);
      expect(error).toMatchObject({ code: 'NOT_FOUND', message: `${registry.host}/team/other:v1 does not exist` });
    }
  });

  it('that says why is quoted', async () => {
    const body = '{"errors":[{"code":"DENIED","message":"repository is read-only","detail":{"until":"noon"}}]}';
    const { cwd, image } = await begin(({ method }) => (method === 'PUT' ? { status: 403, body } : undefined));
    const error = await failureHere(4, ['push', image, 'sbom.json'], cwd);
    expect(error.message).toMatch(/answered 403: DENIED repository is read-only \(\{"until":"noon"\}\)$/);
    expect(error.hint).toMatch(/^Log in with remora login 127/);
  });

  it('that takes blobs and refuses the manifest leaves nothing tagged', async () => {
    const { cwd, image, registry } = await begin(({ method, path }) =>
      method === 'PUT' && path.includes('/manifests/') ? { status: 500 } : undefined,
    );
    await failureHere(6, ['push', image.replace(':v1', ':new'), 'sbom.json'], cwd);
    expect([...registry.repository('team/app').tags.keys()]).toEqual(['v1']);
  });
});

describe('discover never takes a failure for an empty list', () => {
  const isList = ({ path }: FaultRequest) => path.includes('/referrers/') || path.includes('/manifests/sha256-');
  const cut: Fault = { cutAfter: 10 };

  it.each([...ANSWERS, ['a list that is cut', cut, 6, 'UNREACHABLE'] as const])(
    '%s',
    async (_what, fault, exit, code) => {
      const { cwd, image } = await begin((request) => (isList(request) ? fault : undefined));
      const text = await runHere(['discover', image], cwd);
      expect(text.code).toBe(exit);
      expect(text.stderr).toMatch(/^remora: error: could not ask /m);
      expect(text.stderr).not.toContain('nothing is attached');
      const json = await runHere(['discover', image, '--json'], cwd);
      expect(json.code).toBe(exit);
      const { incomplete } = JSON.parse(json.stdout);
      expect(incomplete.length).toBeGreaterThan(0);
      expect(incomplete[0]).toMatchObject({ way: expect.any(String), error: { code } });
    },
  );

  it('not for the program either', async () => {
    const { image } = await begin((request) => (isList(request) ? { status: 500 } : undefined));
    for (const more of [[], ['--json'], ['--format', 'table']])
      expect((await remora(['discover', image, ...more])).code).toBe(6);
  });

  it('and says that nothing is attached only when every place has said so', async () => {
    const { cwd, image } = await begin(() => undefined);
    expect(await runHere(['discover', image], cwd)).toMatchObject({ code: 0, stderr: 'remora: nothing is attached\n' });
    const none = await runHere(['discover', image, '--artifact-type', SBOM], cwd);
    expect(none).toMatchObject({ code: 0, stderr: `remora: nothing of type ${SBOM} is attached\n` });
  });
});
