import { describe, expect, it } from 'vitest';
import { addSecret, keepSecret, redact } from '../../src/io/redact.js';

describe('redact', () => {
  it.each<[string, string, string]>([
    ['Basic', 'authorization: Basic dXNlcjpwYXNzd29yZA==', 'authorization: Basic ***'],
    ['Bearer', 'sent bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln, got 401', 'sent bearer ***, got 401'],
    ['a password in an address', 'http://me:pass@proxy.example:3128/x', 'http://***@proxy.example:3128/x'],
    [
      'a signed address',
      'https://s3.example/blob?X-Amz-Algorithm=AWS4&X-Amz-Signature=0af3&sig=b%2Fc',
      'https://s3.example/blob?X-Amz-Algorithm=***&X-Amz-Signature=***&sig=***',
    ],
    ['the state of an upload', '/v2/a/blobs/uploads/1?_state=c2Vzc2lvbg==', '/v2/a/blobs/uploads/1?_state=***'],
  ])('takes out %s', (_, text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each([
    'https://reg.example/v2/a/tags/list?n=100&last=v1',
    'https://reg.example/v2/a/blobs/uploads/?mount=sha256:abc&from=team/app',
    'https://auth.example/token?service=reg.example&scope=repository:a:pull',
    'the Bearer realm is missing',
    'Basic authentication is off',
    'a & b = c',
    'user@host.example',
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('takes out what was remembered, in every form, and the longer of two first', () => {
    const secret = 'p"ss wörd/+=';
    addSecret(secret);
    addSecret(`${secret}-and-more`);
    for (const form of [
      secret,
      `${secret}-and-more`,
      'p%22ss%20w%C3%B6rd%2F%2B%3D',
      'p%22ss%20w%c3%b6rd%2f%2b%3d',
      'p%22ss+w%C3%B6rd%2F%2B%3D',
      Buffer.from(secret).toString('base64'),
      'p\\"ss wörd/+=',
    ])
      expect(redact(`[${form}] and [${form}]`)).toBe('[***] and [***]');
  });

  it('remembers nothing so short that it would take innocent words away', () => {
    for (const short of ['', 'a', 'latest'.slice(0, 5)]) addSecret(short);
    expect(redact('a tag: latest')).toBe('a tag: latest');
  });

  it('forgets tokens that were not used for long, and nothing that a person gave', () => {
    keepSecret('given-by-a-person');
    for (const token of ['token-in-use', 'token-of-long-ago', 'password-in-use']) addSecret(token);
    for (let i = 0; i < 600; i++) {
      addSecret(`one-of-many-tokens-${i}-end`);
      addSecret('token-in-use');
      addSecret('password-in-use');
    }
    expect(redact('given-by-a-person token-in-use password-in-use one-of-many-tokens-599-end')).toBe('*** *** *** ***');
    expect(redact('one-of-many-tokens-200-end token-of-long-ago')).toBe('*** token-of-long-ago');
    expect(redact('one-of-many-tokens-0-end')).toBe('one-of-many-tokens-0-end');
  });
});
