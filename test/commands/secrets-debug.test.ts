import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { startHttpProxy } from '../support/http-proxy.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { startTokenServer } from '../support/token-server.js';
import { runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

const PASSWORD = 'correct-horse-battery-42';
const credentials = { username: 'robot', password: PASSWORD };

const commands = (image: string): string[][] => [
  ['push', image.replace(':v1', ':new'), 'a.txt'],
  ['attach', image, '--artifact-type', SBOM, 'a.txt', '--confirm'],
  ['discover', image],
  ['pull', image, '--artifact-type', SBOM, '-o', 'out'],
  ['inspect', image],
  ['resolve', image],
];

/** The forms in which a secret can be seen. */
function forms(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  return [
    secret,
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    JSON.stringify(secret).slice(1, -1),
  ];
}

const HEADER = 'header/secret+of=me-77';
const SIGNATURE = 'a91f/signature+of=blobs';
const IDENTITY = 'identity/token+of=me-31';
const REGISTRY_TOKEN = 'registry/token+of=me-52';
const PROXY_PASSWORD = 'proxy-password-of-me-64';

/** Runs all commands with `--debug`, for people and as JSON, and searches every byte of the output. */
async function runDebugged(
  image: string,
  secrets: () => readonly string[],
  more: readonly string[] = [],
): Promise<{ readonly codes: readonly (number | null)[]; readonly output: string }> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'a');
  const codes = new Set<number | null>();
  let output = '';
  for (const args of commands(image)) {
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await runHere([...args, ...more, '--debug', ...json], cwd);
      codes.add(code);
      output += stdout + stderr;
    }
  }
  expect(output).toContain('remora: debug: ');
  for (const form of secrets().flatMap(forms)) expect(output).not.toContain(form);
  return { codes: [...codes], output };
}

/** Docker's config, for the commands that run in this process. */
async function withConfig(auths: Parameters<typeof withDockerConfig>[0]): Promise<void> {
  const { env } = await withDockerConfig(auths);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('with --debug nothing shows', () => {
  it('of a password, a header, signed addresses and upload sessions', async () => {
    const signed = `X-Amz-Signature=${encodeURIComponent(SIGNATURE)}&sig=${encodeURIComponent(SIGNATURE)}`;
    let other = '';
    const { registry, image } = await withImage({
      auth: { type: 'basic', users: { robot: PASSWORD } },
      location: 'query',
      fault: ({ method, path, headers }) =>
        method === 'GET' && path.includes('/blobs/sha256:') && headers.host !== other
          ? { status: 307, headers: { location: `http://${other}${path}?${signed}` } }
          : undefined,
    });
    other = registry.otherHost;
    await withConfig({ [registry.host]: credentials });
    const states = () => registry.requests.flatMap(({ path }) => /[?&]_state=([^&]+)/.exec(path)?.[1] ?? []);
    const { codes, output } = await runDebugged(
      image,
      () => [
        PASSWORD,
        `robot:${PASSWORD}`,
        HEADER,
        SIGNATURE,
        ...states().flatMap((text) => [text, decodeURIComponent(text)]),
      ],
      ['--header', `X-Secret: ${HEADER}`],
    );
    expect(codes).toEqual([0]);
    expect(states().length).toBeGreaterThan(0);
    expect(output).toContain('_state=***');
    expect(output).toContain('X-Amz-Signature=***&sig=***');
    expect(registry.requests.some(({ path }) => path.includes('X-Amz-Signature'))).toBe(true);
    expect(registry.requests[0]?.headers['x-secret']).toBe(HEADER);
  });

  it.each([
    ['takes', {}, 0],
    ['does not take', { users: { robot: 'other' }, refreshTokens: {} }, 4],
    ['fails at', { status: 500, headers: {} }, 6],
  ] as const)('of an identity token that the token server %s, nor of its tokens', async (_how, options, code) => {
    const tokens = await startTokenServer({
      refreshTokens: { [IDENTITY]: 'robot' },
      ...options,
      // What fails is not tried for long.
      ...(code === 6 ? { fault: () => ({ status: 503, headers: { 'retry-after': '3600' }, body: IDENTITY }) } : {}),
    });
    onTestFinished(() => tokens.close());
    const { realm, verify } = tokens;
    const { registry, image } = await withImage({ auth: { type: 'bearer', realm, service: 'test', verify } });
    await withConfig({ [registry.host]: { identitytoken: IDENTITY } });
    const sent = () => registry.requests.flatMap(({ headers }) => headers.authorization?.split(' ')[1] ?? []);
    const { codes } = await runDebugged(image, () => [IDENTITY, ...new Set(sent())]);
    expect(codes).toEqual([code]);
    if (code === 0) expect(sent().length).toBeGreaterThan(0);
  });

  it.each([
    ['right', true, 0],
    ['wrong', false, 4],
  ] as const)('of a registry token that is %s', async (_how, right, code) => {
    const verify = (token: string) => right && token === REGISTRY_TOKEN;
    const auth = { type: 'bearer', realm: 'http://127.0.0.1:1/token', service: 'test', verify } as const;
    const { registry, image } = await withImage({ auth });
    await withConfig({ [registry.host]: { registrytoken: REGISTRY_TOKEN } });
    const { codes } = await runDebugged(image, () => [REGISTRY_TOKEN]);
    expect(codes).toEqual([code]);
    expect(registry.requests.some(({ headers }) => headers.authorization === `Bearer ${REGISTRY_TOKEN}`)).toBe(true);
  });

  it('of the password for a proxy, right or wrong', async () => {
    const proxy = await startHttpProxy({ users: { me: PROXY_PASSWORD } });
    onTestFinished(() => proxy.close());
    const { registry, image } = await withImage();
    await withConfig({});
    vi.stubEnv('REMORA_PROXY_LOOPBACK', '1');
    for (const [password, code] of [
      [PROXY_PASSWORD, 0],
      [`${PROXY_PASSWORD}-wrong`, 6],
    ] as const) {
      vi.stubEnv('HTTP_PROXY', proxy.url.replace('//', `//me:${password}@`));
      const { codes } = await runDebugged(image, () => [PROXY_PASSWORD, `me:${PROXY_PASSWORD}`, `me:${password}`]);
      expect(codes).toEqual([code]);
    }
    expect(registry.requests.length).toBeGreaterThan(0);
    expect(proxy.asked.length).toBeGreaterThan(registry.requests.length);
  });

  it('when the registry sends everything back, in every form, also where the message is cut', {
    timeout: 120_000,
  }, async () => {
    for (const pad of [0, 150, 180, 185, 190]) {
      const { registry, image } = await withImage({
        auth: { type: 'basic', users: { robot: PASSWORD } },
        fault: ({ headers }) => {
          if (headers.authorization === undefined) return undefined;
          const text = [...forms(HEADER), ...forms(PASSWORD), headers.authorization].join(' ');
          const body =
            pad % 20 === 0
              ? `${'x'.repeat(pad)}${text}`
              : JSON.stringify({
                  errors: [{ code: 'DENIED', message: text, detail: `${'x'.repeat(pad)}${text}` }],
                });
          return { status: 403, headers: { 'ratelimit-policy': HEADER, warning: `299 - "${PASSWORD}"` }, body };
        },
      });
      await withConfig({ [registry.host]: credentials });
      const { codes, output } = await runDebugged(
        image,
        // Of a secret that is cut in two, its beginning is a secret, too.
        () => [PASSWORD, HEADER, `robot:${PASSWORD}`, PASSWORD.slice(0, 10), HEADER.slice(0, 10)],
        ['--header', `X-Secret: ${HEADER}`],
      );
      expect(codes).toEqual([4]);
      expect(output).toContain('***');
    }
  });

  it('for the program either, given on its standard input', async () => {
    const { image } = await withImage({ auth: { type: 'basic', users: { robot: PASSWORD } } });
    const flags = ['--username', 'robot', '--password-stdin', '--debug', '-H', `X-Secret: ${HEADER}`];
    const results = await Promise.all([
      remora(['discover', image, ...flags], { input: `${PASSWORD}\n` }),
      remora(['discover', image, ...flags, '--json'], { input: `${PASSWORD}-wrong\n` }),
      remora(['discover', image, ...flags, '--no-such-flag'], { input: PASSWORD }),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 4, 2]);
    for (const { stdout, stderr } of results)
      for (const form of [PASSWORD, `robot:${PASSWORD}`, HEADER].flatMap(forms))
        expect(stdout + stderr).not.toContain(form);
  });
});
