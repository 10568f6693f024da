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

  it.each([
    ['hexadecimal', (secret: string) => Buffer.from(secret).toString('hex')],
    ['hexadecimal in capitals', (secret: string) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['base64 without padding', (secret: string) => Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ['base64url', (secret: string) => Buffer.from(secret).toString('base64url')],
    ['codes for each byte', (secret: string) => Buffer.from(secret).toString('hex').replace(/../g, '%$&')],
    ['JSON of Go', (secret: string) => secret.replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)],
    ['HTML', (secret: string) => secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;')],
  ])('takes out %s of secrets, the short ones, too', (_, form) => {
    for (const secret of ['S3cret/pw+x?y>z', 'a&b<c', "it's", 'x7q', 'pä5€', '0000']) {
      addSecret(secret);
      expect(redact(`it is ${form(secret)} here, value=${form(secret)}.`)).toBe('it is *** here, value=***.');
    }
  });

  it('takes out the part of base64 that is the secret alone, wherever it begins', () => {
    addSecret('correct horse battery');
    for (const before of ['', 'u:', 'user:', '{"password":"']) {
      const text = Buffer.from(`${before}correct horse battery"}\n`).toString('base64');
      expect(redact(text)).toContain('***');
      expect(redact(text)).not.toContain(text.slice(12, 24));
    }
  });

  it('takes out short secrets where they are words or values, and leaves the words around them', () => {
    addSecret('lates');
    addSecret('q7');
    addSecret('a');
    expect(redact('a tag: latest, lates')).toBe('a tag: latest, ***');
    expect(redact('user bob:q7 pw=q7 "q7" and q7x, is a=a')).toBe('user bob:*** pw=*** "***" and q7x, is a=***');
    addSecret('');
    expect(redact('nothing is lost')).toBe('nothing is lost');
  });

  it('takes out short secrets of letters that expressions know', () => {
    for (const secret of ['a.c', '^$', '(x', '[b', 'p|q', '\\d', 'x*+']) addSecret(secret);
    expect(redact('abc is not a.c')).toBe('abc is not ***');
    expect(redact('pw=^$ pw=(x pw=[b pw=p|q pw=\\d pw=x*+')).toBe('pw=*** pw=*** pw=*** pw=*** pw=*** pw=***');
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
