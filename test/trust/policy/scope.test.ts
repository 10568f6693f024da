import { describe, expect, it } from 'vitest';
import { fitsScope } from '../../../src/trust/policy/scope.js';
import { scopedName } from '../../../src/trust/values/repository.js';

describe('fitsScope', () => {
  it.each([
    ['**', 'ghcr.io/acme/app', true],
    ['**', undefined, true],
    ['*', undefined, false],
    ['*/*', 'docker.io/library/app', false],
    ['**/*', undefined, false],
    ['ghcr.io/acme/app', 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/app', 'ghcr.io/acme/app2', false],
    ['ghcr.io/acme/app', 'ghcr.io/acme/app/db', false],
    ['ghcr.io/acme/*', 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/team/app', false],
    ['ghcr.io/acme/*', 'ghcr.io/acme', false],
    ['ghcr.io/acme/**', 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/**', 'ghcr.io/acme/team/app', true],
    ['ghcr.io/acme/**', 'ghcr.io/acme', false],
    ['ghcr.io/acme/**', 'ghcr.io/acme-evil/app', false],
    ['ghcr.io/acme/**', 'evil.example/ghcr.io/acme/app', false],
    ['ghcr.io/**/app', 'ghcr.io/acme/team/app', true],
    ['ghcr.io/**/app', 'ghcr.io/app', false],
    ['**/acme/**', 'ghcr.io/x/acme/y/z', true],
    ['**/**/**', 'ghcr.io/acme', false],
    ['*.acme.example/app-?', 'eu.acme.example/app-1', true],
    ['*.acme.example/app', 'acme.example/app', false],
    ['ghcr.io/acme/a.p', 'ghcr.io/acme/axp', false],
  ])('%s, %s: %s', (pattern, repository, fits) => {
    expect(fitsScope(pattern, repository)).toBe(fits);
  });

  it('takes no time for many stars', () => {
    const name = `ghcr.io/${'a/'.repeat(120)}b`;
    const start = performance.now();
    expect(fitsScope('**/**/a/**/a/**/a/**/*a*a*a*/**/c', name)).toBe(false);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe('scopedName', () => {
  it.each([
    ['GHCR.IO', 'ghcr.io/acme/app'],
    ['ghcr.io.', 'ghcr.io/acme/app'],
    ['ghcr.io:443', 'ghcr.io/acme/app'],
    ['ghcr.io.:443', 'ghcr.io/acme/app'],
    ['registry.example:5000', 'registry.example:5000/acme/app'],
    ['registry.example.:5000', 'registry.example:5000/acme/app'],
    ['[::1]:5000', '[::1]:5000/acme/app'],
    ['index.docker.io:443', 'docker.io/acme/app'],
  ])('names %s the way scopes do: %s', (registry, name) => {
    expect(scopedName(`${registry}/acme/app`)).toBe(name);
  });
});
