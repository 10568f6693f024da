import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Authority, type Certificate, makeAuthority } from '../support/certificates.js';
import { withDockerConfig } from '../support/docker-config.js';
import { type Registry, startRegistry } from '../support/registry.js';
import { remora, startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { failure, json, success, withImage } from './support/run.js';

const PASSWORD = 'correct-horse-42';
const BASIC = { type: 'basic', users: { ann: PASSWORD } } as const;

let authority: Authority;
let certificate: Certificate;
let directory: string;
const path = (name: string) => join(directory, name);

beforeAll(async () => {
  authority = await makeAuthority();
  certificate = await authority.server();
  const client = await authority.client('robot');
  directory = await mkdtemp(join(tmpdir(), 'remora-tls-'));
  await Promise.all([
    writeFile(path('ca.pem'), authority.ca),
    writeFile(path('server.pem'), certificate.cert),
    writeFile(path('server.key'), certificate.key),
    writeFile(path('client.pem'), client.cert),
    writeFile(path('client.key'), client.key),
    writeFile(path('a.txt'), 'hello'),
  ]);
});

afterAll(() => rm(directory, { recursive: true }));

const withTls = (options = {}) => withImage({ tls: certificate, ...options });
const ca = () => ['--ca-file', path('ca.pem')];

describe('https on this machine', () => {
  it.each(['--ca-file', '--insecure', '--no-plain-http'])('is spoken with %s', async (flag) => {
    const { registry } = await withTls();
    const trust = flag === '--no-plain-http' ? [flag, ...ca()] : flag === '--insecure' ? [flag] : ca();
    expect(await json(['repo', 'tags', `${registry.host}/team/app`, ...trust])).toMatchObject({ tags: ['v1'] });
    const plain = await withImage();
    const { code, stderr } = await remora(['repo', 'tags', `${plain.registry.host}/team/app`, ...trust]);
    expect(code).toBe(6);
    expect(stderr).toMatch(/ does not speak TLS, .*\n {2}Give --plain-http\n$/);
    expect(plain.registry.requests).toEqual([]);
  });

  it('is found out by itself', async () => {
    const { registry } = await withTls();
    const { code, message } = await failure(6, ['resolve', `${registry.host}/team/app:v1`]);
    expect([code, message]).toEqual(['UNREACHABLE', expect.stringContaining('that no trusted authority signed')]);
    const env = { NODE_EXTRA_CA_CERTS: path('ca.pem') };
    for (const host of [registry.host, registry.host.replace('127.0.0.1', 'LOCALHOST')])
      await success(['resolve', `${host}/team/app:v1`], { env });
  });

  it('leaves a file of more authorities out that is not there', async () => {
    const { image } = await withTls();
    const env = { NODE_EXTRA_CA_CERTS: path('nowhere.pem') };
    const { code, stderr } = await remora(['resolve', image, ...ca()], { env });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^Warning: Ignoring extra certs from [^\n]*nowhere[^\n]*\n$/),
    ]);
  });

  it('names what a certificate lacks that is not one of this server', async () => {
    for (const [certificate, words] of [
      [await authority.client('robot'), /shows a certificate for another name \(GET/],
      [await authority.wrongPurpose(), /shows a certificate that is not made for a server \(GET/],
    ] as const) {
      const { registry, image } = await withTls({ tls: certificate });
      const { message } = await failure(6, ['resolve', image, ...ca()]);
      expect(message).toMatch(words);
      expect(registry.requests).toEqual([]);
    }
  });

  it('gets no request in plain text, and so no credential, whatever the address looks like', async () => {
    const { registry } = await withTls({ auth: BASIC });
    const port = registry.host.split(':')[1];
    const credentials = ['--username', 'ann', '--password-stdin', '--header', 'x-key: secret-1'];
    for (const host of ['127.0.0.1', 'localhost', 'registry.localhost', '[::ffff:127.0.0.1]'])
      await success(['resolve', `${host}:${port}/team/app:v1`, '--insecure', ...credentials], { input: PASSWORD });
    await failure(6, ['resolve', `127.0.0.1:${port}/team/app:v1`, ...credentials], { input: PASSWORD });
    expect(registry.requests.length).toBeGreaterThan(0);
  });

  it('asks for no more in plain http, where no request is added', async () => {
    const { registry, image } = await withImage();
    await success(['resolve', image]);
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /v2/team/app/manifests/v1',
    ]);
  });

  it('is named where --plain-http is given', async () => {
    const { registry } = await withTls();
    const error = await failure(6, ['resolve', `${registry.host}/team/app:v1`, '--plain-http', ...ca()]);
    expect(error).toMatchObject({ message: expect.stringContaining('speaks TLS'), hint: 'Leave out --plain-http' });
  });

  it('shows the client certificate', async () => {
    // Node.js ends a handshake of 1.3 without an alert.
    const { registry } = await withTls({ tls: { ...certificate, ca: authority.ca, maxVersion: 'TLSv1.2' } });
    const own = ['--cert-file', path('client.pem'), '--key-file', path('client.key')];
    await success(['resolve', `${registry.host}/team/app:v1`, ...ca(), ...own]);
    const { message, hint } = await failure(6, ['resolve', `${registry.host}/team/app:v1`, ...ca()]);
    expect(message).toContain('client certificate');
    expect(hint).toContain('--cert-file');
  });

  it('serves a login', async () => {
    const { registry } = await withTls({ auth: BASIC });
    const { env } = await withDockerConfig({});
    const who = ['--username', 'ann', '--password-stdin'];
    await success(['login', registry.host, ...who, ...ca()], { env, input: PASSWORD });
    await success(['resolve', `${registry.host}/team/app:v1`, ...ca()], { env });
    const error = await failure(6, ['login', registry.host, ...who, '--plain-http'], { env, input: PASSWORD });
    expect(error.message).toContain('speaks TLS');
  });

  it('comes from remora serve', async () => {
    const layouts = await tempDir();
    const { child, done } = startRemora(
      ['serve', '--port', '0', '--cert-file', path('server.pem'), '--key-file', path('server.key'), layouts],
      { input: 'later' },
    );
    const url = await new Promise<string>((resolve) => {
      child.stdout?.once('data', (line) => resolve(String(line).trim()));
    });
    const host = url.replace('https://', '');
    await success(['push', `${host}/x:v1`, 'a.txt', ...ca()], { cwd: directory });
    await success(['attach', `${host}/x:v1`, '--artifact-type', 'a/b', 'a.txt', ...ca()], { cwd: directory });
    expect(await json(['repo', 'list', host, ...ca()])).toMatchObject({ repositories: ['x'] });
    child.kill('SIGINT');
    expect((await done).code).toBe(0);
  });
});

describe('the two sides of a copy', () => {
  async function target(options = {}): Promise<Registry> {
    const registry = await startRegistry(options);
    onTestFinished(() => registry.close());
    return registry;
  }

  it('may have one with TLS, by flags for it, or for both', async () => {
    const { registry: secure } = await withTls();
    for (const trust of [['--from-ca-file', path('ca.pem')], ['--from-insecure'], ca()]) {
      const plain = await target();
      await success(['copy', `${secure.host}/team/app:v1`, `${plain.host}/b:v1`, ...trust]);
      expect(plain.count('PUT')).toBeGreaterThan(0);
    }
    const { image } = await withImage();
    const other = await target({ tls: certificate });
    await success(['copy', image, `${other.host}/b:v1`, '--to-ca-file', path('ca.pem')]);
    await success(['copy', image, `${other.host}/c:v1`, '--to-no-plain-http', '--to-insecure', '--from-plain-http']);
  });

  it('may both want a client certificate of their own', async () => {
    const tls = { ...certificate, ca: authority.ca };
    const { registry } = await withTls({ tls });
    const other = await target({ tls });
    const side = (name: string) => [
      ...[`--${name}-cert-file`, path('client.pem'), `--${name}-key-file`, path('client.key')],
    ];
    const args = ['copy', `${registry.host}/team/app:v1`, `${other.host}/b:v1`, ...ca()];
    await success([...args, ...side('from'), ...side('to')]);
    expect((await failure(6, [...args, ...side('from')])).message).toContain(other.host);
    expect((await failure(6, [...args, ...side('to')])).message).toContain(registry.host);
  });

  it('say of which one the protocol is wrong', async () => {
    const { image, registry } = await withImage();
    const other = await target({ tls: certificate });
    const args = ['copy', image, `${other.host}/b:v1`, '--to-ca-file', path('ca.pem')];
    expect((await failure(6, [...args, '--to-plain-http'])).message).toContain(`${other.host} speaks TLS`);
    expect((await failure(6, [...args, '--from-no-plain-http'])).message).toContain(
      `${registry.host} does not speak TLS`,
    );
    expect((await failure(2, [...args, '--to-plain-http', '--to-no-plain-http'])).message).toContain(
      'exclude each other',
    );
    expect((await failure(2, [...args, '--from-cert-file', path('client.pem')])).message).toContain('--from-key-file');
  });
});
