import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { annotationsOf, MAX_MANIFEST_BYTES, parseManifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { DOCKER_IMAGE, digestBy, IMAGE, INDEX, layer, SHA256_ABC, SHA512_ABC } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const EMPTY =
  '{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}';
const ABC = `{"mediaType":"text/plain","digest":"${SHA256_ABC}","size":3}`;
const HEAD = `{"schemaVersion":2,"mediaType":"${IMAGE}"`;
const artifactType = 'application/vnd.example+type';
const subject: Descriptor = { ...layer, mediaType: IMAGE };
const text = (manifest: { readonly bytes: Uint8Array }) => Buffer.from(manifest.bytes).toString();

describe('buildManifest writes', () => {
  it.each([
    [
      'B13 B12 F5 no files',
      { artifactType },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${EMPTY}]}`,
    ],
    [
      'B11 F5 an empty list of files',
      { artifactType, layers: [] },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${EMPTY}]}`,
    ],
    [
      'B14 B7 files',
      { artifactType, layers: [layer] },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${ABC}]}`,
    ],
    [
      'B15 files and a config',
      { artifactType, config: { ...layer, mediaType: 'application/vnd.x.config+json' }, layers: [layer] },
      `${HEAD},"artifactType":"${artifactType}","config":${ABC.replace('text/plain', 'application/vnd.x.config+json')},"layers":[${ABC}]}`,
    ],
    [
      'B3 B18 a config that is the type',
      { config: { ...layer, mediaType: 'application/vnd.x.config+json' }, layers: [layer] },
      `${HEAD},"config":${ABC.replace('text/plain', 'application/vnd.x.config+json')},"layers":[${ABC}]}`,
    ],
    [
      'C5 A19 A20 data of a descriptor',
      { artifactType, config: { ...EMPTY_DESCRIPTOR, data: 'e30=' } },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY.replace('"size":2', '"size":2,"data":"e30="')},"layers":[${EMPTY}]}`,
    ],
    [
      'B19 B22 B32 a subject and annotations, sorted',
      {
        artifactType,
        layers: [layer],
        subject,
        annotations: { 'org.opencontainers.image.created': '2023-01-02T03:04:05Z', b: '', a: '<&>ü' },
      },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${ABC}],"subject":${ABC.replace('text/plain', IMAGE)},"annotations":{"a":"<&>ü","b":"","org.opencontainers.image.created":"2023-01-02T03:04:05Z"}}`,
    ],
    [
      'B25 no annotations',
      { artifactType, annotations: {} },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${EMPTY}]}`,
    ],
    [
      'B17 A27 layers in the given order',
      { artifactType, layers: [{ ...layer, digest: parseDigest(SHA512_ABC) }, layer] },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${ABC.replace(SHA256_ABC, SHA512_ABC)},${ABC}]}`,
    ],
    [
      'A29 every field of a descriptor in one order',
      {
        artifactType,
        layers: [
          {
            platform: { variant: 'v8', os: 'linux', 'os.version': '1', 'os.features': ['f'], architecture: 'arm64' },
            artifactType: 'x/y',
            data: 'YWJj',
            annotations: { b: '2', a: '1' },
            urls: ['https://x'],
            ...layer,
          },
        ],
      },
      `${HEAD},"artifactType":"${artifactType}","config":${EMPTY},"layers":[${ABC.slice(0, -1)},"urls":["https://x"],"annotations":{"a":"1","b":"2"},"data":"YWJj","artifactType":"x/y","platform":{"architecture":"arm64","os":"linux","os.version":"1","os.features":["f"],"variant":"v8"}}]}`,
    ],
  ])('%s', (_id, parts, golden) => {
    const manifest = buildManifest(parts);
    expect(text(manifest)).toBe(golden);
    expect(manifest.descriptor).toEqual({
      mediaType: IMAGE,
      digest: digestBy('sha256', Buffer.from(golden)),
      size: Buffer.byteLength(golden),
    });
    expect(parseManifest(manifest.bytes)).toEqual(manifest);
  });

  it('B21 F16 a subject by its true type, digest and size alone', () => {
    const known = { ...subject, mediaType: DOCKER_IMAGE, artifactType, annotations: { tag: 'v1' }, data: 'YWJj' };
    const { content } = buildManifest({ artifactType, subject: known });
    expect(content.subject).toEqual({ mediaType: DOCKER_IMAGE, digest: SHA256_ABC, size: 3 });
  });
});

describe('buildManifest refuses', () => {
  it.each([
    ['B3', {}, 'an artifact without a config needs an artifact type'],
    ['B3', { config: EMPTY_DESCRIPTOR, layers: [layer] }, 'an artifact without a config needs an artifact type'],
    ['B4 F2', { artifactType: '' }, 'artifact type "" is not well formed: it must be type/subtype (RFC 6838)'],
    [
      'B4',
      { artifactType: 'foo/.bar' },
      'artifact type "foo/.bar" is not well formed: it must be type/subtype (RFC 6838)',
    ],
    [
      'A2',
      { artifactType, layers: [{ ...layer, mediaType: 'a/b; c=d' }] },
      'media type "a/b; c=d" is not well formed: parameters and spaces are not allowed',
    ],
    [
      'A10',
      { artifactType, layers: [{ ...layer, size: -1 }] },
      'manifest is not well formed: layers[0].size: wanted a number of bytes from 0 to 2^53-1, got -1',
    ],
    [
      'A11',
      { artifactType, config: { ...layer, size: 2 ** 53 } },
      'manifest is not well formed: config.size: wanted a number of bytes from 0 to 2^53-1, got 9007199254740992',
    ],
    [
      'A14',
      { artifactType, layers: [{ ...layer, urls: ['value'] }] },
      'manifest is not well formed: layers[0].urls[0]: wanted a URI, got "value"',
    ],
    [
      'A17',
      { artifactType, layers: [{ ...layer, data: 'e30' }] },
      'manifest is not well formed: layers[0].data: wanted base64 (RFC 4648 §4, with padding), got "e30"',
    ],
    [
      'A22',
      { artifactType, layers: [{ ...layer, artifactType: 'x' }] },
      'manifest is not well formed: layers[0].artifactType: wanted a media type (RFC 6838, without parameters), got "x"',
    ],
    [
      'B19',
      { artifactType, subject: { ...subject, mediaType: 'x' } },
      'manifest is not well formed: subject.mediaType: wanted a media type (RFC 6838, without parameters), got "x"',
    ],
    ['B22', { artifactType, annotations: { '': 'x' } }, 'annotation has an empty key'],
    [
      'B28',
      { artifactType, annotations: { 'org.opencontainers.image.created': '1672628645' } },
      'annotation org.opencontainers.image.created is "1672628645", wanted an RFC 3339 date-time',
    ],
    ['B22', { artifactType, layers: [{ ...layer, annotations: { '': 'x' } }] }, 'annotation has an empty key'],
  ])('%s %j', (_id, parts, message) => {
    expect(faultOf(() => buildManifest(parts))).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it('B35 A21 F17 more than 4 MiB, and takes exactly that', () => {
    const least = buildManifest({ artifactType, annotations: { a: 'x' } }).descriptor.size - 1;
    const sized = (size: number) => ({ artifactType, annotations: { a: 'x'.repeat(size - least) } });
    expect(buildManifest(sized(MAX_MANIFEST_BYTES)).descriptor.size).toBe(4_194_304);
    expect(faultOf(() => buildManifest(sized(MAX_MANIFEST_BYTES + 1)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'manifest would have 4194305 bytes, registries take 4194304',
    });
    const wide = { manifests: [], annotations: { a: 'ü'.repeat(MAX_MANIFEST_BYTES / 2) } };
    expect(faultOf(() => buildIndex(wide)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('buildIndex', () => {
  const START = `{"schemaVersion":2,"mediaType":"${INDEX}"`;

  it.each([
    ['D2 E98', { manifests: [] }, `${START},"manifests":[]}`],
    [
      'D4',
      { manifests: [layer, { ...layer, mediaType: INDEX }] },
      `${START},"manifests":[${ABC},${ABC.replace('text/plain', INDEX)}]}`,
    ],
    ['F2', { manifests: [{ ...layer, artifactType: '' }] }, `${START},"manifests":[${ABC}]}`],
    [
      'D3 D6 B20',
      { artifactType, manifests: [], subject, annotations: { b: '', a: '' } },
      `${START},"artifactType":"${artifactType}","manifests":[],"subject":${ABC.replace('text/plain', IMAGE)},"annotations":{"a":"","b":""}}`,
    ],
  ])('%s %j', (_id, parts, golden) => {
    const index = buildIndex(parts);
    expect(text(index)).toBe(golden);
    expect([index.kind, index.descriptor.digest]).toEqual(['index', digestBy('sha256', Buffer.from(golden))]);
  });

  it.each([
    ['D3 F2', { artifactType: '', manifests: [] }],
    ['D4', { manifests: [{ ...layer, mediaType: '' }] }],
    ['A10', { manifests: [{ ...layer, size: 0.5 }] }],
  ])('%s refuses %j', (_id, parts) => {
    expect(faultOf(() => buildIndex(parts)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('reproducible', () => {
  const keys = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('__proto__', 'constructor', '10', '9', 'ü', '\u2028'),
  );
  const pairs = fc.uniqueArray(fc.tuple(keys, fc.string({ unit: 'binary' })), { selector: ([key]) => key });

  it('A29 B22 B23 equal parts give equal bytes, and every annotation comes back', () => {
    const orders = pairs.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        const built = buildManifest({ artifactType, annotations: Object.fromEntries(one) });
        const again = buildManifest({ annotations: Object.fromEntries(other), artifactType });
        expect(text(again)).toBe(text(built));
        expect(new Map(Object.entries(annotationsOf(parseManifest(built.bytes))))).toEqual(new Map(one));
        expect(Object.getPrototypeOf(annotationsOf(built))).toBe(Object.prototype);
      }),
    );
  });
});
