import { expect, it } from 'vitest';
import { isRegistryName, parseRegistry } from '../../../src/oci/names/registry.js';

it.each([
  ['ghcr.io', 'ghcr.io'],
  ['localhost', 'localhost'],
  ['localhost:5000', 'localhost:5000'],
  ['reg:5000', 'reg:5000'],
  ['[::1]:5000', '[::1]:5000'],
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
])('%s is the registry %s', (text, registry) => {
  expect(parseRegistry(text)).toBe(registry);
});

it.each([
  ['https://ghcr.io/', 'Write ghcr.io'],
  ['http://localhost:5000', 'Write localhost:5000'],
  ['ghcr.io/', 'Write ghcr.io'],
  ['ghcr.io/owner/app:v1', 'Write ghcr.io'],
  ['registry', 'Write it with its port, like registry:443'],
  ['reg.example:99999', 'Write host[:port] only, like ghcr.io'],
  ['reg.example:5000:1', 'Write host[:port] only, like ghcr.io'],
  ['ann@reg.example', 'Write reg.example alone'],
  ['ann:pw@', 'Write the host alone'],
  ['reg.example\nother', 'Write host[:port] only, like ghcr.io'],
  ['', 'Write host[:port] only, like ghcr.io'],
  ['1.2.3.999', 'Write host[:port] only, like ghcr.io'],
])('%j is none', (text, hint) => {
  expect(() => parseRegistry(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', hint }));
});

it.each<[string, boolean]>([
  ['reg', true],
  ['reg.example', true],
  ['reg.example:5000', true],
  ['[::1]', true],
  ['docker.io', true],
  ['', false],
  ['reg.example\n', false],
  ['reg.example/x', false],
  ['-x', false],
  ['a b', false],
  ['a@b', false],
])('whether %j is a host: %s', (text, is) => {
  expect(isRegistryName(text)).toBe(is);
});
