import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { begin, expectProper, statuses } from './support/fuzz-start.js';
import { INDEX, MANIFEST } from './support/start.js';

const RUNS = { numRuns: 150 };
const LIMIT = 120_000;
const NONE = digestOf(Buffer.from('nothing has this'));

const nasty = fc.constantFrom(
  ...['..', '.', '%2e%2e', '%2E.', '..%2f', '..%2f..%2fsecret', '%00', 'a%00b', '%5c..%5c', '\\..\\', '', '%', '%zz'],
  ...['%c0%ae%c0%ae', '%ff', '%F0%9F%90%9F', 'blobs', 'uploads', 'manifests', 'tags', 'list', 'referrers', '_catalog'],
  ...[
    'index.json',
    'oci-layout',
    'index.json.lock',
    '.remora-uploads',
    'sha256',
    'con',
    'a'.repeat(300),
    'v1',
    'a',
    'b',
  ],
  ...[
    NONE,
    encodeURIComponent(NONE),
    'sha256:..',
    'sha256:%2e%2e%2fsecret',
    `x:${'a'.repeat(400)}`,
    '@',
    ':',
    'a:b',
    '*',
  ],
  ...['__proto__', 'constructor', 'toString', '00000000-0000-0000-0000-000000000000'],
);
const printed = fc.string({ maxLength: 20, unit: 'grapheme' }).map(encodeURIComponent);
const part = fc.oneof({ weight: 3, arbitrary: nasty }, printed);
const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND');
const query = fc.array(
  fc.tuple(fc.constantFrom('n', 'last', 'digest', 'mount', 'from', 'tag', 'artifactType', 'x'), part),
  {
    maxLength: 3,
  },
);
const kind = fc.constantFrom('manifests/', 'blobs/', 'blobs/uploads/', 'referrers/', 'tags/list', 'tags/');

const path = fc.tuple(
  fc.oneof(
    fc.array(part, { maxLength: 5 }).map((parts) => `/v2/${parts.join('/')}`),
    fc.tuple(fc.oneof(fc.constant('a/b'), part), kind, part).map(([name, what, rest]) => `/v2/${name}/${what}${rest}`),
    fc.array(part, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`),
  ),
  query.map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`)),
);

it(
  'answers any path, query and method properly, and stays in its directory',
  async () => {
    const { served, image, unharmed } = await begin();
    await fc.assert(
      fc.asyncProperty(method, path, async (verb, [where, search]) => {
        const target = `${where}${search}`;
        // What is rightly deleted is not what this is about.
        if (verb === 'DELETE' && (/\/v1/.test(target) || target.includes(image.digest))) return;
        if (verb === 'PUT' && target.includes('manifests/v1')) return;
        expectProper(await served.send(verb, target), `${verb} ${target}`);
      }),
      { numRuns: 600 },
    );
    expectProper(await served.send('GET', `/v2/${'a/'.repeat(3000)}tags/list`), 'long');
    await unharmed();
  },
  LIMIT,
);

it(
  'answers any header properly',
  async () => {
    const { served, image, unharmed } = await begin();
    const value = fc.oneof(
      fc.stringMatching(/^bytes=[0-9,\- ]{0,20}$/),
      fc.stringMatching(/^[0-9]{0,25}-[0-9]{0,25}$/),
      fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/),
      fc.constantFrom(
        'bytes=-1-1',
        'bytes=1e3-',
        'bytes=0-0x',
        '*',
        'gzip',
        MANIFEST,
        INDEX,
        'text/html; charset',
        '/',
        ';',
      ),
    );
    const name = fc.constantFrom(
      'range',
      'if-range',
      'if-match',
      'accept',
      'content-type',
      'content-range',
      'authorization',
    );
    const target = fc.constantFrom(
      `blobs/${image.digest}`,
      `manifests/${image.digest}`,
      'blobs/uploads/',
      'manifests/v9',
    );
    await fc.assert(
      fc.asyncProperty(method, target, fc.dictionary(name, value, { maxKeys: 3 }), async (verb, rest, headers) => {
        if (verb === 'DELETE') return;
        expectProper(
          await served.send(verb, `/v2/a/b/${rest}`, { headers: { ...headers } }),
          `${verb} ${JSON.stringify(headers)}`,
        );
      }),
      RUNS,
    );
    await unharmed();
  },
  LIMIT,
);

const descriptor = fc.record(
  {
    mediaType: fc.oneof(fc.constantFrom(MANIFEST, INDEX, ''), fc.string(), fc.integer()),
    digest: fc.oneof(
      fc.constantFrom(NONE, `other:${'a'.repeat(300)}`, `blake3:${'a'.repeat(64)}`, '../x'),
      fc.string(),
    ),
    size: fc.oneof(fc.nat(), fc.double(), fc.constantFrom(-1, 2 ** 53, '3', null)),
    data: fc.string(),
    annotations: fc.anything(),
  },
  { requiredKeys: [] },
);
const field = fc.oneof(descriptor, fc.array(descriptor, { maxLength: 3 }), fc.jsonValue());
const document = fc.record(
  {
    schemaVersion: fc.oneof(fc.constant(2), fc.jsonValue()),
    mediaType: fc.oneof(fc.constantFrom(MANIFEST, INDEX), fc.jsonValue()),
    ...{ config: field, layers: field, manifests: field, subject: field, blobs: field, artifactType: fc.jsonValue() },
    annotations: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

it(
  'answers any manifest properly',
  async () => {
    const { served, unharmed } = await begin();
    const type = fc.constantFrom(MANIFEST, INDEX, '', 'text/plain', 'application/json', `${MANIFEST}; charset=utf-8`);
    const body = fc.oneof(
      document.map((value) => JSON.stringify(value) ?? ''),
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(body, type, fc.constantFrom('f', NONE, '-'), async (content, contentType, reference) => {
        const headers = contentType === '' ? {} : { 'content-type': contentType };
        const answer = await served.send('PUT', `/v2/a/b/manifests/${reference}`, { headers, body: content });
        expectProper(answer, content.toString());
      }),
      { numRuns: 400 },
    );
    expectProper(await served.send('GET', `/v2/a/b/referrers/${NONE}`), 'referrers afterwards');
    await unharmed();
  },
  LIMIT,
);

it(
  'survives any bytes',
  async () => {
    const { served, unharmed } = await begin();
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .uint8Array({ maxLength: 60 })
        .map((bytes) =>
          Buffer.concat([
            Buffer.from('GET /v2/'),
            Buffer.from(bytes),
            Buffer.from(' HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
          ]),
        ),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        for (const status of statuses(await served.raw(bytes))) expect(status).toBeLessThan(500);
      }),
      RUNS,
    );
    await unharmed();
  },
  LIMIT,
);
