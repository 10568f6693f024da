import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { annotationsOf, layersOf } from '../../../src/oci/documents/manifest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import type { FileInput } from '../../../src/operations/pack/inputs.js';
import { pack } from '../../../src/operations/pack/pack.js';
import { corpus, PEM } from '../../formats/recognise/support/corpus.js';
import * as by from '../../formats/recognise/support/documents.js';
import { listDigests, pushImage } from '../../store/support/artifacts.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';
import { attached, CREATED, file, fixture, refusal, TITLE } from './support/recognising.js';

function* inPieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('an attachment without a type', () => {
  it('is what its document is: each of the corpus', async () => {
    for (const { id, bytes, is } of await corpus()) {
      const manifest = await attached([file(bytes)]);
      expect(manifest.content, id).toMatchObject({
        artifactType: is.artifactType,
        layers: [{ mediaType: is.mediaType, size: bytes.length }],
      });
      expect(annotationsOf(manifest)?.[CREATED], id).toBe(is.created);
    }
  });

  it.each(PLACES)('in %s has the digest that pack told, again and on another day', async (_what, open) => {
    await inDirectory({ 'npm.spdx.json': await fixture('npm.spdx.json') });
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const files = [{ path: 'npm.spdx.json' }];
    const told = await pack(files, { subject: descriptor });
    const first = await attach({ store, tag: 'v1' }, files, { settle: false });
    expect(first).toMatchObject({
      digest: told.manifest.descriptor.digest,
      artifactType: 'application/spdx+json',
      annotations: { [CREATED]: '2026-11-22T09:20:01.043Z' },
      layers: [{ mediaType: 'application/spdx+json', annotations: { [TITLE]: 'npm.spdx.json' } }],
    });
    vi.setSystemTime(Date.now() + 86_400_000 * 40);
    onTestFinished(() => void vi.useRealTimers());
    const again = await attach({ store, tag: 'v1' }, files, { settle: false });
    expect(again).toMatchObject({ digest: first.digest, result: 'exists' });
  });

  it.each(PLACES)('in %s keeps its bytes when they come as a stream, which is opened once', async (_what, open) => {
    const bytes = Buffer.concat([await fixture('npm.cdx.json'), Buffer.alloc(3 * 1024 * 1024, ' ')]);
    const told = await attached([file(bytes, 'x')]);
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    for (const size of [1000, 65_536, 4_000_000]) {
      let opened = 0;
      const content = () => {
        opened++;
        return Readable.from(inPieces(bytes, size), { objectMode: false });
      };
      const result = await attach({ store, tag: 'v1' }, [{ content, name: 'x' }], { settle: false });
      expect(result.artifactType).toBe('application/vnd.cyclonedx+json');
      expect(result.layers).toMatchObject([{ digest: layersOf(told)[0]?.digest, size: bytes.length }]);
      expect(opened).toBe(1);
    }
  });

  it('is told from its beginning when the file is large', async () => {
    const packages = Array.from({ length: 40_000 }, (_, n) => ({ SPDXID: `SPDXRef-${n}`, name: `package-${n}` }));
    const large = Buffer.from(JSON.stringify({ ...by.spdxDocument, packages }));
    expect(large.length).toBeGreaterThan(1024 * 1024);
    await inDirectory({
      'large.json': large,
      'exact.json': Buffer.concat([by.sarif, Buffer.alloc(1024 * 1024 - by.sarif.length, ' ')]),
    });
    const manifest = await attached([{ path: 'large.json' }]);
    expect(manifest.content).toMatchObject({
      artifactType: 'application/spdx+json',
      annotations: { [CREATED]: '2023-01-29T18:30:22Z' },
      layers: [{ size: large.length }],
    });
    expect((await attached([{ path: 'exact.json' }])).content.artifactType).toBe('application/sarif+json');
  });
});

describe('the type that is written behind a file', () => {
  const typed = async (content: Uint8Array | string, mediaType: string) => {
    const manifest = await attached([file(content, 'f', mediaType)]);
    return [manifest.content.artifactType, layersOf(manifest)[0]?.mediaType];
  };

  it('decides where it is a kind of thing, whatever the content is', async () => {
    expect(await typed('hello', 'text/spdx')).toEqual(['text/spdx', 'text/spdx']);
    expect(await typed(by.sarif, 'application/csaf+json')).toEqual(['application/csaf+json', 'application/csaf+json']);
  });

  it('stays, and the content decides, where it says nothing of a kind', async () => {
    expect(await typed(by.sarif, 'application/json')).toEqual(['application/sarif+json', 'application/json']);
  });

  it('is that of the layer alone where the content knows the artifact', async () => {
    const signature = 'application/vnd.cncf.notary.signature';
    expect(await typed(by.notaryJws, 'application/jose+json')).toEqual([signature, 'application/jose+json']);
    expect(await typed('{}', 'application/jose+json')).toEqual(['application/jose+json', 'application/jose+json']);
  });

  it('of an image decides nothing, nor does one that nobody knows', async () => {
    for (const type of ['application/vnd.oci.image.config.v1+json', 'application/vnd.example'])
      expect(await refusal([file('{"a":1}', 'f', type)])).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('makes a directory something', async () => {
    await inDirectory({ 'd/policy.rego': 'package x' });
    const type = 'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego';
    expect((await attached([{ path: 'd', mediaType: type }])).content.artifactType).toBe(type);
  });
});

describe('the name of a file', () => {
  it.each([
    ['a.spdx.json', '{}', 'application/spdx+json'],
    ['A.CDX.JSON', ' {"x":1}', 'application/vnd.cyclonedx+json'],
    ['a.cdx.xml', '<x/>', 'application/vnd.cyclonedx+xml'],
    ['a.sarif', '{}', 'application/sarif+json'],
    ['a.spdx', 'x', 'text/spdx'],
    ['a.wasm', 'x', 'application/wasm'],
    ['a.intoto.jsonl', '{"payload":""}\n{"payload":""}\n', 'application/vnd.in-toto.bundle'],
    ['a.openvex.json', '{}', 'application/vnd.openvex+json'],
    ['a.p7s', 'x', 'application/pkcs7-signature'],
  ])('%s tells it where the content does not', async (name, content, type) => {
    const manifest = await attached([file(content, name)]);
    expect(manifest.content).toMatchObject({ artifactType: type, layers: [{ mediaType: type }] });
    expect(annotationsOf(manifest)).toEqual({});
  });

  it('gives way to the content', async () => {
    expect((await attached([file(by.sarif, 'a.spdx.json')])).content.artifactType).toBe('application/sarif+json');
  });

  it.each([
    ['a.json', '{}'],
    ['a.txt', 'x'],
    ['a.bin', 'x'],
    ['a', 'x'],
    ['a.tgz', 'x'],
    // Keys are called so too, and several kinds of signatures.
    ['a.pem', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n'],
    ['a.sig', 'x'],
    // Nothing, and what speaks against it.
    ['a.spdx.json', ''],
    ['a.spdx.json', '<!doctype html>'],
    ['a.cdx.xml', '{}'],
  ])('%s with %j tells nothing', async (name, content) => {
    expect(await refusal([file(content, name)])).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('what is not recognised', () => {
  it.each<[string, Uint8Array | string, string]>([
    ['nothing', '', 'it is empty'],
    ['white space', ' \n', 'it is nothing but white space'],
    ['JSON', '{"name":"x","version":"1"}', 'it is JSON with the names "name", "version"'],
    ['JSON of many names', '{"a":1,"b":1,"c":1,"d":1,"e":1}', 'it is JSON with the names "a", "b", "c", "d", …'],
    ['JSON that would steer a terminal', '{"\\u001b[2J\\u202e":1}', 'it is JSON with the names "\\u001b[2J\\u202e"'],
    ['an empty object', '{}', 'it is JSON without any names'],
    ['broken JSON', '{"a" 1}', 'it begins like JSON, and is broken'],
    ['a list', '[1]', 'it begins like a JSON array'],
    ['a page', '<html>', 'it begins like XML or HTML'],
    ['text', 'hello', 'it looks like text'],
    ['a key', '-----BEGIN PRIVATE KEY-----\n', 'it begins like PEM (PRIVATE KEY)'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'it is a PNG image'],
    ['an archive', Buffer.from('1f8b0800', 'hex'), 'it is gzip data'],
    ['bytes', Buffer.from('ff00fe', 'hex'), 'it is binary data'],
    ['bytes that could be text', Buffer.from('a\0b'), 'it is binary data'],
  ])('is told with what was seen of it: %s', async (_what, content, seen) => {
    expect(await refusal([file(content, 'some file')])).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `type of some file is not recognised: ${seen}`,
      hint: expect.stringContaining('--artifact-type TYPE'),
    });
  });

  it('is told of a directory, and of no files at all', async () => {
    await inDirectory({ 'd/npm.spdx.json': await fixture('npm.spdx.json') });
    expect(await refusal([{ path: 'd' }])).toMatchObject({
      message: 'type of d is not recognised: it is a directory',
    });
    expect(await refusal([])).toMatchObject({ message: 'an attachment without files needs an artifact type' });
  });

  it('leaves no trace, and closes what it came from', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const stream = Readable.from([Buffer.alloc(5 * 1024 * 1024, 'x')], { objectMode: false });
    const error = await attach({ store, tag: 'v1' }, [{ content: () => stream, name: 'x' }]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(stream.destroyed).toBe(true);
    expect(await listDigests(store, descriptor)).toEqual([]);
  });

  it('is not looked for where the caller says so', async () => {
    const sarif = [file(by.sarif)];
    expect(await refusal(sarif, { recognise: false })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const plain = await attached([file(by.spdxTagValue)], { recognise: false, artifactType: 'text/spdx' });
    expect(annotationsOf(plain)).toEqual({});
  });

  it('is no error for what ends while it is looked at, but its own', async () => {
    const broken = () =>
      Readable.from(
        (function* () {
          yield Buffer.from('{');
          throw new Error('the pipe broke');
        })(),
        { objectMode: false },
      );
    expect(await refusal([{ content: broken, name: 'x' }])).toMatchObject({ message: 'the pipe broke' });
    const signal = AbortSignal.timeout(50);
    const endless = new Readable({ read() {} });
    const waiting = refusal([{ content: () => endless, name: 'x' }], { signal });
    expect(await waiting).toMatchObject({ code: 'INTERRUPTED' });
    expect(endless.destroyed).toBe(true);
  });
});

describe('several files', () => {
  it('of one type are that, and are as old as the newest', async () => {
    const files = [file(by.spdxSorted, 'a'), file(await fixture('npm.spdx.json'), 'b')];
    expect((await attached(files)).content).toMatchObject({
      artifactType: 'application/spdx+json',
      annotations: { [CREATED]: '2026-11-22T09:20:01.043Z' },
    });
  });

  it('of two types are refused, with both', async () => {
    expect(await refusal([file(by.spdxSorted, 'a'), file(by.sarif, 'b')])).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'a is an SPDX document (JSON), b is a SARIF report, wanted files of one type',
      candidates: ['application/spdx+json', 'application/sarif+json'],
      hint: expect.stringContaining('--artifact-type TYPE'),
    });
  });

  it('of which one is nothing are refused with that one', async () => {
    const [sbom, text] = [file(by.spdxSorted, 'a'), file('x', 'b')];
    for (const files of [
      [sbom, text],
      [text, sbom],
    ])
      expect(await refusal(files)).toMatchObject({ message: 'type of b is not recognised: it looks like text' });
  });

  it('have the date of documents only when all of them are', async () => {
    const [sbom, sarif, text] = [file(by.spdxSorted, 'a'), file(by.sarif, 'b'), file('x', 'c')];
    const dateOf = async (files: FileInput[]) =>
      annotationsOf(await attached(files, { artifactType: 'application/x' }))?.[CREATED];
    expect(await dateOf([sbom, sarif])).toBe('2023-01-29T18:30:22Z');
    expect(await dateOf([sbom, file(PEM, 'd')])).toBe('2023-01-29T18:30:22Z');
    expect(await dateOf([sbom, text])).toBeUndefined();
  });
});
