import { describe, expect, it } from 'vitest';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import { shippedRoot } from '../../../src/trust/sigstore/trusted-root.js';

const identity = 'me@example.com';
const issuer = 'https://accounts.example.com';

describe('trustIdentity', () => {
  it('takes texts, and the root that remora ships', () => {
    expect(trustIdentity({ identity, issuer })).toEqual({
      type: 'identity',
      name: identity,
      identity,
      issuer,
      root: shippedRoot(),
    });
  });

  it('takes expressions and a name', () => {
    const trust = trustIdentity({ identityRegexp: '.*@example\\.com', issuerRegexp: 'https://.*', name: 'team' });
    expect(trust).toMatchObject({ name: 'team', identity: /.*@example\.com/u, issuer: /https:\/\/.*/u });
  });

  it('takes expressions that are made', () => {
    const trust = trustIdentity({ identityRegexp: /.*@example\.com/i, issuer });
    expect(trust).toMatchObject({ name: '.*@example\\.com', identity: /.*@example\.com/i });
  });

  it.each([
    ['nothing', {}, /^identity is not given, wanted an identity together with its issuer$/],
    ['only an identity', { identity }, /^issuer is not given/],
    ['only an issuer', { issuer }, /^identity is not given/],
    [
      'both forms of an identity',
      { identity, identityRegexp: '.*', issuer },
      /^identity is given as text and as an expression/,
    ],
    [
      'both forms of an issuer',
      { identity, issuer, issuerRegexp: '.*' },
      /^issuer is given as text and as an expression/,
    ],
    ['an empty identity', { identity: '', issuer }, /^identity is empty$/],
    ['an empty expression', { identity, issuerRegexp: '' }, /^issuer is empty$/],
    [
      'a broken expression',
      { identityRegexp: '(', issuer },
      /^expression "\(" for the identity is not one of JavaScript/,
    ],
    ['an expression of Go', { identityRegexp: '(?P<name>a)', issuer }, /is not one of JavaScript/],
    ['an end of text as Go has it', { identityRegexp: 'a\\z', issuer }, /is not one of JavaScript/],
    ['an expression without end', { identityRegexp: 'a'.repeat(1001), issuer }, /1001 characters, wanted at most 1000/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => trustIdentity(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });
});
