import { expect, it } from 'vitest';
import { parseCatalogPlace } from '../../../src/oci/names/catalog.js';

it.each([
  ['ghcr.io', { kind: 'registry', registry: 'ghcr.io' }],
  ['ghcr.io/', { kind: 'registry', registry: 'ghcr.io' }],
  ['localhost', { kind: 'registry', registry: 'localhost' }],
  ['localhost:5000/team/app/', { kind: 'registry', registry: 'localhost:5000', prefix: 'team/app' }],
  ['[::1]:5000', { kind: 'registry', registry: '[::1]:5000' }],
  ['index.docker.io', { kind: 'registry', registry: 'docker.io' }],
  ['docker://ghcr.io', { kind: 'registry', registry: 'ghcr.io' }],
  ['docker://ghcr.io/team', { kind: 'registry', registry: 'ghcr.io', prefix: 'team' }],
  ['oci:dir', { kind: 'directory', path: 'dir' }],
  ['.', { kind: 'directory', path: '.' }],
  ['./a/b', { kind: 'directory', path: './a/b' }],
  ['/srv/x', { kind: 'directory', path: '/srv/x' }],
])('reads %s', (text, expected) => {
  expect(parseCatalogPlace(text)).toEqual(expected);
});

it.each([
  '',
  'name',
  'team/app',
  'ghcr.io/A',
  'ghcr.io/a:v1',
  'ghcr.io//a',
  'ghcr.io:0',
  'oci:dir:v1',
  './x.tgz',
  'oci-archive:x',
  'dir:x',
  'docker://',
  'docker://https://x.io',
  'oci://ghcr.io',
  'https://x.io',
])('refuses %j', (text) => {
  expect(() => parseCatalogPlace(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});
