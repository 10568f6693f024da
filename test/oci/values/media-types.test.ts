import { describe, expect, it } from 'vitest';
import {
  isIndexType,
  isManifestType,
  isMediaType,
  isNonDistributable,
  MANIFEST_TYPES,
  MediaType,
  parseMediaType,
} from '../../../src/oci/values/media-types.js';
import { DOCKER_IMAGE, DOCKER_LIST, IMAGE, INDEX } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const LONGEST = 'x'.repeat(127);

describe('grammar', () => {
  it.each([
    ['A1', 'text/csv'],
    ['A1', 'a/b'],
    ['A1', '0/9'],
    ['A1', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ['A1', 'a!#$&^_.+-/b!#$&^_.+-'],
    ['A1', `${LONGEST}/${LONGEST}`],
    ['A2', 'Text/CSV'],
    ['B16', 'application/vnd.nobody.knows+this'],
  ])('%s takes %s as written', (_id, text) => {
    expect(isMediaType(text)).toBe(true);
    expect(parseMediaType(text)).toBe(text);
  });

  it.each([
    ['A1', ''],
    ['A1', 'application'],
    ['A1', 'application/'],
    ['A1', '/json'],
    ['A1', '.foo/bar'],
    ['A1', 'foo/.bar'],
    ['A1', 'a/b/c'],
    ['A1', 'a/b*'],
    ['A1', 'ä/b'],
    ['A1', 'a/b\n'],
    ['A1', `x${LONGEST}/b`],
    ['A1', `a/x${LONGEST}`],
    ['A2', 'text/plain; charset=utf-8'],
    ['A2', 'text/plain;charset=utf-8'],
    ['A2', 'text/plain '],
  ])('%s refuses %j', (_id, text) => {
    expect(isMediaType(text)).toBe(false);
    expect(faultOf(() => parseMediaType(text))).toMatchObject({ code: 'INVALID_ARGUMENT', found: text });
  });

  it.each([
    [
      'text/plain; charset=utf-8',
      'layer type "text/plain; charset=utf-8" is not well formed: parameters and spaces are not allowed',
    ],
    ['json', 'layer type "json" is not well formed: it must be type/subtype (RFC 6838)'],
  ])('A2 says what is wrong with %j', (text, message) => {
    const fault = faultOf(() => parseMediaType(text, 'layer type'));
    expect(fault.message).toBe(message);
    expect(fault.hint).toMatch(/^Write it like /);
  });
});

describe('kinds', () => {
  it.each([
    ['B2', MediaType.imageManifest, IMAGE],
    ['D1', MediaType.imageIndex, INDEX],
    ['C1', MediaType.empty, 'application/vnd.oci.empty.v1+json'],
    ['B36', MediaType.dockerManifest, DOCKER_IMAGE],
    ['B36', MediaType.dockerManifestList, DOCKER_LIST],
    ['B36', MediaType.dockerImageConfig, 'application/vnd.docker.container.image.v1+json'],
    ['B36', MediaType.dockerLayerGzip, 'application/vnd.docker.image.rootfs.diff.tar.gzip'],
    ['B10', MediaType.imageConfig, 'application/vnd.oci.image.config.v1+json'],
    ['F1', MediaType.ociArtifactManifest, 'application/vnd.oci.artifact.manifest.v1+json'],
    ['F1', MediaType.orasArtifactManifest, 'application/vnd.cncf.oras.artifact.manifest.v1+json'],
  ])('%s %s', (_id, constant, text) => {
    expect(constant).toBe(text);
  });

  it.each([
    [IMAGE, true, false],
    [INDEX, true, true],
    [DOCKER_IMAGE, true, false],
    [DOCKER_LIST, true, true],
    ['application/vnd.oci.artifact.manifest.v1+json', true, false],
    ['application/vnd.cncf.oras.artifact.manifest.v1+json', true, false],
    ['application/vnd.oci.image.config.v1+json', false, false],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', false, false],
    ['application/json', false, false],
  ])('E21 %s: manifest %s, index %s', (type, manifest, index) => {
    expect([isManifestType(type), isIndexType(type)]).toEqual([manifest, index]);
  });

  it('E21 the Accept list prefers OCI, images before indexes', () => {
    expect(MANIFEST_TYPES.slice(0, 4)).toEqual([IMAGE, INDEX, DOCKER_IMAGE, DOCKER_LIST]);
  });

  it.each([
    ['application/vnd.oci.image.layer.nondistributable.v1.tar', true],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', true],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', true],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', true],
    ['application/vnd.oci.image.layer.v1.tar+gzip', false],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', false],
    ['x/application/vnd.oci.image.layer.nondistributable.v1.tar', false],
  ])('A15 B33 %s: need not be in a registry: %s', (type, expected) => {
    expect(isNonDistributable(type)).toBe(expected);
  });
});
