import { RemoraError } from '../../errors.js';
import { keepSecret } from '../../io/redact.js';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that frame a request: remora sets them itself. */
const RESERVED: readonly string[] = [
  'connection',
  'content-length',
  'content-type',
  'content-range',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Messages show nothing of a header that is not well formed: all of it may be a secret. */
export function parseHeaders(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text, index) => {
      const colon = text.indexOf(':');
      const name = text.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase();
      const value = text.slice(colon + 1);
      const place = texts.length === 1 ? '--header' : `--header ${index + 1} of ${texts.length}`;
      const refuse = (why: string) => {
        const hint = 'Write it like --header "X-Team: build"';
        return new RemoraError('INVALID_ARGUMENT', `${place} ${why}`, { expected: 'NAME:VALUE', hint });
      };
      if (!NAME.test(name)) throw refuse('is not NAME:VALUE');
      if (!VALUE.test(value)) throw refuse('is not NAME:VALUE: headers hold no such characters');
      if (RESERVED.includes(name)) throw refuse(`sets ${name}, which remora sets itself`);
      return [name, value.trim()];
    }),
  );
}

/** The flag, alone or with its value behind it. */
const FLAG = /^(?:--header(?:=|$)|-H=?)/;
/** The words that stand before the secret of an Authorization header. */
const SCHEME = /^(?:basic|bearer|token|digest|negotiate)$/i;

/**
 * Remembers the secrets in the words of a command line before they are parsed, since the parser shows words that it does
 * not expect: `-H Authorization: Bearer TOKEN` without quotation marks leaves the token behind as an argument.
 */
export function keepHeaderSecrets(words: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    const [flag] = FLAG.exec(word) ?? [];
    if (flag === undefined) continue;
    const [header = '', ...behind] = [...(flag === word ? [] : [word.slice(flag.length)]), ...words.slice(index + 1)];
    const value = header.slice(header.indexOf(':') + 1).trim();
    const loose = value === '' && SCHEME.test(behind[0] ?? '') ? behind[1] : behind[0];
    keepValue(value);
    if (header.includes(':') && (value === '' || SCHEME.test(value))) keepValue(loose ?? '');
  }
}

/** The value, and what it holds behind its scheme, since a server may send back a part of it. */
function keepValue(value: string): void {
  if (value === '' || SCHEME.test(value)) return;
  keepSecret(value);
  const [scheme = '', secret] = value.split(/\s+/);
  if (secret === undefined || !SCHEME.test(scheme)) return;
  keepSecret(secret);
  if (scheme.toLowerCase() !== 'basic') return;
  const login = Buffer.from(secret, 'base64').toString();
  keepSecret(login);
  keepSecret(login.slice(login.indexOf(':') + 1));
}
