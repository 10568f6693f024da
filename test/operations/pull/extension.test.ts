import { describe, expect, it } from 'vitest';
import { documentExtension, plainExtension, withoutWrapper } from '../../../src/operations/pull/extension.js';

describe('the end of a name', () => {
  it.each([
    ['application/spdx+json', '.spdx.json', '.json'],
    ['text/spdx+json', '.spdx.json', '.json'],
    ['application/spdx3+json', '.spdx3.json', '.json'],
    ['text/spdx', '.spdx', ''],
    ['application/vnd.cyclonedx+json', '.cdx.json', '.json'],
    ['application/vnd.cyclonedx+xml', '.cdx.xml', '.xml'],
    ['application/sarif+json', '.sarif.json', '.json'],
    ['application/vnd.openvex+json', '.openvex.json', '.json'],
    ['application/vnd.in-toto+json', '.intoto.json', '.json'],
    ['application/vnd.in-toto.spdx+dsse', '.dsse.json', ''],
    ['application/vnd.dsse.envelope.v1+json', '.dsse.json', '.json'],
    ['application/vnd.dev.sigstore.bundle.v0.3+json', '.sigstore.json', '.json'],
    ['application/vnd.oci.image.layer.v1.tar+gzip', '.tar.gz', '.tar.gz'],
    ['text/plain', '.txt', '.txt'],
    ['application/octet-stream', '', ''],
    ['x/spdx+json$1', '', ''],
  ])('%s is %j, or %j where its syntax alone counts', (type, document, plain) => {
    expect([documentExtension(type), plainExtension(type)]).toEqual([document, plain]);
  });

  it.each([
    ['app.intoto.jsonl', 'app'],
    ['a/app.spdx.sigstore.json', 'a/app.spdx'],
    ['app.dsse.json', 'app'],
    ['app.att', 'app'],
    ['app.json', 'app'],
    ['app', 'app'],
    ['.json', '.json'],
    ['a/.json', 'a/.json'],
  ])('%s without what says that it is wrapped is %s', (name, expected) => expect(withoutWrapper(name)).toBe(expected));
});
