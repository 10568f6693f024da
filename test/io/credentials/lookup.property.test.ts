import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRemoraError } from '../../../src/errors.js';
import type { Credential } from '../../../src/io/credentials/credential.js';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';

const HOSTS = [
  'reg.example',
  'reg.example:5000',
  'example',
  'xreg.example',
  'docker.io',
  'index.docker.io',
  '[::1]:5000',
];
const host = fc.constantFrom(...HOSTS);
const path = fc.constantFrom('', '/', '/v1/', '/v2/', '/team', '/team/app', '/teams');
const key = fc.tuple(fc.constantFrom('', 'http://', 'https://'), host, path).map((parts) => parts.join(''));
const repository = fc.constantFrom(undefined, 'team', 'team/app', 'team/apple', 'teams', 'other');
// No name that could be that of a program: helpers have tests of their own.
const helper = fc.string().filter((name) => !/^[\w-]+$/.test(name));

/** Something like a config, with anything anywhere. */
const config = fc.record(
  {
    auths: fc.oneof({ weight: 4, arbitrary: fc.dictionary(key, fc.oneof(entry(), fc.jsonValue())) }, fc.jsonValue()),
    credHelpers: fc.oneof(fc.dictionary(key, helper), fc.jsonValue({ stringUnit: fc.constantFrom('.', '/', ' ') })),
    credsStore: fc.oneof(helper, fc.integer(), fc.constant(null)),
    other: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

function entry() {
  const text = fc.oneof(fc.string(), fc.base64String(), fc.constant(null));
  return fc.record(
    { auth: text, username: text, password: text, identitytoken: text, registrytoken: text },
    { requiredKeys: [] },
  );
}

/** What the source gives or throws for a document. */
async function ask(json: string, registry: string, repo: string | undefined): Promise<Credential | undefined | Error> {
  return dockerCredentials({ DOCKER_AUTH_CONFIG: json, HOME: '/dev/null' })(registry, repo).catch(
    (error: Error) => error,
  );
}

it('gives a credential, nothing, or MALFORMED for whatever JSON says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(config, fc.jsonValue()), host, repository, async (document, registry, repo) => {
      const result = await ask(JSON.stringify(document), registry, repo);
      if (result instanceof Error) expect(isRemoraError(result) && result.code).toBe('MALFORMED');
      else if (result !== undefined)
        expect(Object.values(result).every((value) => typeof value === 'string')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('gives MALFORMED without the text for what is no JSON', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), host, async (noise, registry) => {
      const text = `{"auths":{"${registry}":{"auth":s3cret${noise}`;
      const result = await ask(text, registry, undefined);
      expect(isRemoraError(result) && result.code).toBe('MALFORMED');
      expect(String(result)).not.toContain('s3cret');
    }),
  );
});

it('never gives the credential of another host, or of another part of a host', async () => {
  const hub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
  const canonical = (name: string) => (hub.includes(name) ? 'docker.io' : name);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), host, repository, async (keys, registry, repo) => {
      const auths = Object.fromEntries(keys.map((name) => [name, { identitytoken: name }]));
      const result = await ask(JSON.stringify({ auths }), registry, repo);
      if (result === undefined || result instanceof Error) {
        expect(result).toBeUndefined();
        expect(keys).not.toContain(registry);
        return;
      }
      const token = 'identityToken' in result ? result.identityToken : '';
      const bare = token.replace(/^https?:\/\//, '');
      expect(canonical(bare.split('/')[0] ?? '')).toBe(canonical(registry));
      const namespace = bare === token && !/\/(?:v[12]\/)?$/.test(bare) ? bare.split('/').slice(1).join('/') : '';
      if (namespace !== '') expect(`${repo}/`.startsWith(`${namespace}/`)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
