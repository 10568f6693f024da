import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, type Certificate, makeAuthority } from '../support/certificates.js';
import { withDockerConfig } from '../support/docker-config.js';
import { remora } from '../support/remora.js';
import { failure, json, success, withImage } from './support/run.js';

let authority: Authority;
let certificate: Certificate;
let client: Certificate;

beforeAll(async () => {
  authority = await makeAuthority();
  [certificate, client] = await Promise.all([authority.server(), authority.client('robot')]);
});

const CONTAINERS = '.config/containers/certs.d';
const DOCKER = '.config/docker/certs.d';

/** A home in which a host has files. */
async function homeWith(host: string, files: Readonly<Record<string, string>>, place = CONTAINERS) {
  const { home, env } = await withDockerConfig({});
  const directory = join(home, place, host);
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return { home, env, directory };
}

const withTls = (more = {}) => withImage({ tls: { ...certificate, ...more } });
const tagsOf = (host: string) => ['repo', 'tags', `${host}/team/app`];

describe('certificates of certs.d', () => {
  it.each([CONTAINERS, DOCKER])('are trusted for their host: ~/%s', async (place) => {
    const { registry } = await withTls();
    const { env, directory } = await homeWith(registry.host, { 'ca.crt': authority.ca }, place);
    expect(await json(tagsOf(registry.host), { env })).toMatchObject({ tags: ['v1'] });
    const { stderr } = await success([...tagsOf(registry.host), '--debug'], { env });
    expect(stderr).toContain(`remora: debug: certificates for ${registry.host}: ${join(directory, 'ca.crt')}\n`);
    const another = await withTls();
    await failure(6, tagsOf(another.registry.host), { env });
  });

  it('are shown to a registry that asks for one', async () => {
    // Node.js ends a handshake of 1.3 without an alert.
    const { registry } = await withTls({ ca: authority.ca, maxVersion: 'TLSv1.2' });
    const files = { 'ca.crt': authority.ca, 'robot.cert': client.cert, 'robot.key': client.key };
    const { env } = await homeWith(registry.host, files);
    await success(tagsOf(registry.host), { env });
    const without = await homeWith(registry.host, { 'ca.crt': authority.ca });
    const { message } = await failure(6, tagsOf(registry.host), { env: without.env });
    expect(message).toContain('client certificate');
  });

  it('of the first place count alone', async () => {
    const { registry } = await withTls();
    const { env, home, directory } = await homeWith(registry.host, {});
    const second = join(home, DOCKER, registry.host);
    await mkdir(second, { recursive: true });
    await writeFile(join(second, 'ca.crt'), authority.ca);
    await failure(6, tagsOf(registry.host), { env });
    await writeFile(join(directory, 'ca.crt'), authority.ca);
    await writeFile(join(second, 'ca.crt'), 'junk');
    await success(tagsOf(registry.host), { env });
  });

  it('give way to flags', async () => {
    const { registry } = await withTls({ ca: authority.ca, maxVersion: 'TLSv1.2' });
    const { env, home } = await homeWith(registry.host, { 'ca.crt': 'junk' });
    const given = { 'ca.pem': authority.ca, 'client.pem': client.cert, 'client.key': client.key };
    for (const [name, content] of Object.entries(given)) await writeFile(join(home, name), content);
    const own = ['--cert-file', join(home, 'client.pem'), '--key-file', join(home, 'client.key')];
    await success([...tagsOf(registry.host), '--ca-file', join(home, 'ca.pem'), ...own], { env });
    await failure(5, [...tagsOf(registry.host), ...own], { env });
  });

  it('that cannot be used are an error that names the file, before anything is sent', async () => {
    const { registry } = await withTls();
    const { env, directory } = await homeWith(registry.host, { 'ca.crt': authority.ca, 'robot.key': client.key });
    const error = await failure(5, tagsOf(registry.host), { env });
    expect(error).toMatchObject({
      code: 'MALFORMED',
      message: `${join(directory, 'robot.key')} is without its certificate robot.cert`,
    });
    expect(registry.requests).toEqual([]);
  });

  it('are not read for a host that is spoken to without TLS', async () => {
    const { registry } = await withImage();
    const { env } = await homeWith(registry.host, { 'ca.crt': 'junk' });
    await success(tagsOf(registry.host), { env });
  });

  it('serve a login, and are listed', async () => {
    const { registry } = await withTls();
    const { env, home, directory } = await homeWith(registry.host, { 'ca.crt': authority.ca });
    await success(['login', registry.host, '--username', 'ann', '--password-stdin'], { env, input: 'secret-horse' });
    const second = join(home, DOCKER, registry.host);
    const bad = join(home, DOCKER, 'bad.example');
    for (const path of [second, bad]) await mkdir(path, { recursive: true });
    await writeFile(join(bad, 'ca.crt'), 'junk');
    const words = ['login', '--list'];
    const { code, stdout, stderr } = await remora([...words, '--json'], { env });
    expect(code).toBe(5);
    expect(stderr).toContain(bad);
    const { certificates, incomplete } = JSON.parse(stdout);
    expect(certificates).toEqual(
      expect.arrayContaining([
        { host: registry.host, directory, files: [join(directory, 'ca.crt')], used: true },
        { host: registry.host, directory: second, files: [], used: false },
      ]),
    );
    expect(incomplete).toMatchObject([{ way: bad, error: { code: 'MALFORMED' } }]);
    const shown = await remora(words, { env });
    expect(shown.stdout).toMatch(/HOST +CERTIFICATES\n/);
    expect(shown.stdout).toContain(`${second} (unused: another comes first)`);
  });
});
