import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkShape } from '../../../src/oci/text/json.js';
import {
  Annotation,
  checkAnnotations,
  isDateTime,
  isRefName,
  isReservedUnknown,
  sortAnnotations,
} from '../../../src/oci/values/annotations.js';
import { annotationsSchema } from '../../../src/oci/values/annotations-schema.js';
import { faultOf } from '../support/fault.js';

const parse = (json: string) => checkShape(annotationsSchema, JSON.parse(json), 'annotations');

describe('a map of annotations', () => {
  it.each([
    ['B25', '{}'],
    ['B22', '{"k":""}'],
    ['B23', '{"plain":"1"}'],
    ['B26', '{"org.nobody.knows":"x","":"y"}'],
    ['B22 names of Object.prototype', '{"__proto__":"x","constructor":"y","toString":"z"}'],
  ])('%s takes %s', (_id, json) => {
    const annotations = parse(json);
    expect(JSON.stringify(annotations)).toBe(json);
    expect(Object.getPrototypeOf(annotations)).toBe(Object.prototype);
  });

  it.each([
    ['B22', '{"k":1}', 'annotations is not well formed: k: wanted a string, got a number'],
    ['B22', '{"k":null}', 'annotations is not well formed: k: wanted a string, got null'],
    ['B22', '{"a":"","k":["x"]}', 'annotations is not well formed: k: wanted a string, got an array'],
    ['B25', 'null', 'annotations is not well formed: document: wanted an object, got null'],
    ['B22', '[]', 'annotations is not well formed: document: wanted an object, got an array'],
    ['B22', '"k=v"', 'annotations is not well formed: document: wanted an object, got a string'],
    ['B22', '{"__proto__":{"a":"b"}}', 'annotations is not well formed: __proto__: wanted a string, got an object'],
    ['B22', '{"\\u001b[2J":1}', 'annotations is not well formed: "\\u001b[2J": wanted a string, got a number'],
  ])('%s refuses %s', (_id, json, message) => {
    expect(faultOf(() => parse(json))).toMatchObject({ code: 'MALFORMED', message });
  });

  it('A29 sorts so that equal maps give equal bytes', () => {
    const keys = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', '1', '10', '9', 'é', '🙂', '\uffff'),
    );
    const maps = fc.uniqueArray(fc.tuple(keys, fc.string()), { selector: ([key]) => key });
    const shuffled = maps.chain((pairs) =>
      fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const sorted = sortAnnotations(Object.fromEntries(one));
        expect(JSON.stringify(sorted)).toBe(JSON.stringify(sortAnnotations(Object.fromEntries(other))));
        expect(new Map(Object.entries(sorted))).toEqual(new Map(one));
      }),
    );
    expect(Object.keys(sortAnnotations({ b: '', a: '', B: '', 'a.b': '' }))).toEqual(['B', 'a', 'a.b', 'b']);
  });
});

describe('keys', () => {
  it.each([
    ['created', 'created'],
    ['authors', 'authors'],
    ['url', 'url'],
    ['documentation', 'documentation'],
    ['source', 'source'],
    ['version', 'version'],
    ['revision', 'revision'],
    ['vendor', 'vendor'],
    ['licenses', 'licenses'],
    ['refName', 'ref.name'],
    ['title', 'title'],
    ['description', 'description'],
    ['baseDigest', 'base.digest'],
    ['baseName', 'base.name'],
  ] as const)('B29 B32 %s is org.opencontainers.image.%s', (name, rest) => {
    expect(Annotation[name]).toBe(`org.opencontainers.image.${rest}`);
    expect(Object.keys(Annotation)).toHaveLength(14);
  });

  it.each([
    ['org.opencontainers', true],
    ['org.opencontainers.image.nope', true],
    ['org.opencontainers.artifact.created', true],
    ['org.opencontainers.image.title', false],
    ['org.opencontainersx.y', false],
    ['com.example.org.opencontainers.x', false],
    ['plain', false],
  ])('B24 %s is reserved and unknown: %s', (key, expected) => {
    expect(isReservedUnknown(key)).toBe(expected);
  });
});

describe('values that are about to be written', () => {
  it.each([
    ['B22', { k: '' }],
    ['B28', { [Annotation.created]: '2023-01-02T03:04:05Z' }],
    ['B30', { [Annotation.baseName]: 'whatever', [Annotation.baseDigest]: 'as it is' }],
  ])('%s takes %j', (_id, annotations) => {
    checkAnnotations(annotations);
  });

  it.each([
    ['B22', { '': 'v' }, 'annotation has an empty key'],
    [
      'B28',
      { [Annotation.created]: '2023-01-02' },
      'annotation org.opencontainers.image.created is "2023-01-02", wanted an RFC 3339 date-time',
    ],
  ])('%s refuses %j', (_id, annotations, message) => {
    const fault = faultOf(() => checkAnnotations(annotations));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', message });
    expect(fault.hint).toMatch(/^Write it /);
  });
});

describe('date-time', () => {
  it.each([
    '2023-01-02T03:04:05Z',
    '2023-01-02t03:04:05z',
    '2023-01-02T03:04:05.123456789Z',
    '2023-01-02T03:04:05+02:00',
    '2023-01-02T03:04:05-23:59',
    '2023-01-02T03:04:05-00:00',
    '2016-12-31T23:59:60Z',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '0000-02-29T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('B28 takes %s', (text) => {
    expect(isDateTime(text)).toBe(true);
  });

  it.each([
    '',
    '2023-01-02',
    '1672628645',
    '2023-01-02T03:04:05',
    '2023-01-02 03:04:05Z',
    '2023-01-02T03:04Z',
    '2023-01-02T3:04:05Z',
    '2023-01-02T24:00:00Z',
    '2023-01-02T03:60:00Z',
    '2023-01-02T03:04:61Z',
    '2023-01-02T03:04:05.Z',
    '2023-01-02T03:04:05,5Z',
    '2023-01-02T03:04:05+0200',
    '2023-01-02T03:04:05+24:00',
    '2023-01-02T03:04:05+02:60',
    '2023-01-02T03:04:05Z+02:00',
    '2023-00-02T03:04:05Z',
    '2023-13-02T03:04:05Z',
    '2023-01-00T03:04:05Z',
    '2023-02-29T03:04:05Z',
    '1900-02-29T03:04:05Z',
    '0100-02-29T03:04:05Z',
    '2023-04-31T03:04:05Z',
    '12023-01-02T03:04:05Z',
    '-2023-01-02T03:04:05Z',
    '2023-01-02T03:04:05Z\n',
    ' 2023-01-02T03:04:05Z',
  ])('B28 refuses %j', (text) => {
    expect(isDateTime(text)).toBe(false);
  });
});

describe('ref.name', () => {
  it.each([
    'v1.0',
    'a/b:c@d+e',
    'a--b',
    'A-b_C.d',
    'ghcr.io/owner/app:v1',
    `sha256:${'a'.repeat(64)}`,
    '0',
    'x'.repeat(1000),
  ])('D12 D14 takes %s', (text) => {
    expect(isRefName(text)).toBe(true);
  });

  it.each(['', '_x', 'x_', 'a..b', 'a---b', 'a__b', '-a', 'a-', '/a', 'a/', 'a//b', 'a b', 'a\n', 'ä', 'a-_b', 'a/-b'])(
    'D12 refuses %j',
    (text) => {
      expect(isRefName(text)).toBe(false);
    },
  );
});
