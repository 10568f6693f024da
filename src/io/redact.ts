/** Shorter forms are taken out where they stand as a word of their own: in others they are innocent letters. */
const WORD_LENGTH = 6;
/** Still shorter ones are taken out behind `=`, `:` or a quotation mark alone, as in `pw=ab`: `a` and `1` are words. */
const VALUE_LENGTH = 3;
/** Base64 of a text around the secret holds parts of this length, and of more, that are the secret's alone. */
const MIN_CORE = 8;
/** Secrets of registries that are remembered: a process that lives long gets a new token every few minutes. */
const MAX_PASSING = 500;

/** The forms of values that this process knows to be secret: those that a person gave, and the last ones in use. */
const given = new Map<string, readonly Form[]>();
const passing = new Map<string, readonly Form[]>();
/** All forms; longer ones first, since one secret may be the beginning of another. */
let forms: readonly Form[] | undefined;

/** A text that is sent for a secret, and what finds it in other text. */
interface Form {
  readonly text: string;
  readonly pattern: string | RegExp;
}

/** Remembers a value that a person gave, and that must not appear in any output, for as long as the process lives. */
export function keepSecret(value: string): void {
  add(given, value);
}

/** The same for a token or a stored credential, at each use of it: those that were used last are remembered. */
export function addSecret(value: string): void {
  add(passing, value);
  const [oldest] = passing.keys();
  if (passing.size <= MAX_PASSING || oldest === undefined) return;
  passing.delete(oldest);
  forms = undefined;
}

function add(secrets: Map<string, readonly Form[]>, value: string): void {
  const known = secrets.get(value);
  // The newest is the last one of a map.
  secrets.delete(value);
  secrets.set(value, known ?? formsOf(value));
  if (known === undefined) forms = undefined;
}

/** A value in the forms in which it can be sent, and sent back. */
function formsOf(value: string): readonly Form[] {
  // Half of a surrogate pair, which JSON can hold, is sent as U+FFFD; encodeURIComponent would throw.
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const percent = [
    encodeURIComponent(bytes.toString()),
    encodeURIComponent(bytes.toString()).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
    new URLSearchParams({ '': value }).toString().slice(1),
    hex.toUpperCase().replace(/../g, '%$&'),
  ];
  const json = JSON.stringify(value).slice(1, -1);
  const all = [
    value,
    bytes.toString(),
    ...percent,
    // Servers that send back what they got may write the codes in lower case.
    ...percent.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    hex,
    hex.toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64').replace(/={1,2}$/, ''),
    bytes.toString('base64url'),
    ...coresOf(bytes),
    json,
    // As Go writes it, and as programs do that write ASCII alone.
    json.replace(/[<>&]/g, unicodeEscape),
    json.replace(/[^\x20-\x7e]/g, unicodeEscape),
    ...['&#39;', '&#x27;', '&apos;'].flatMap((apostrophe) =>
      ['&quot;', '&#34;'].map((mark) => htmlOf(value).replaceAll("'", apostrophe).replaceAll('"', mark)),
    ),
  ];
  return [...new Set(all)].filter((text) => text !== '').map((text) => ({ text, pattern: patternOf(text) }));
}

/** The parts of base64 of a longer text that these bytes alone decide: the whole groups of three, wherever they begin. */
function coresOf(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((start) => {
    const whole = bytes.subarray(start, bytes.length - ((bytes.length - start) % 3));
    const core = whole.toString('base64');
    return core.length < MIN_CORE ? [] : [core, whole.toString('base64url')];
  });
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function htmlOf(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A short form must begin and end where a word does; a very short one must stand where a value does. */
function patternOf(text: string): string | RegExp {
  if (text.length >= WORD_LENGTH) return text;
  const escaped = text.replace(/[^\w\s]/g, '\\$&');
  const before = text.length < VALUE_LENGTH ? '(?<=[=:"\'`])' : /^\w/.test(text) ? '(?<![A-Za-z0-9_])' : '';
  return new RegExp(`${before}${escaped}${/\w$/.test(text) ? '(?![A-Za-z0-9_])' : ''}`, 'g');
}

/** Query parameters that say what is asked for; every other may be a signature or a session. */
const OPEN_PARAMETERS: readonly string[] = [
  'artifacttype',
  'digest',
  'digest-algorithm',
  'from',
  'last',
  'mount',
  'n',
  'page_size',
  'scope',
  'service',
  'tag',
];

/**
 * Text from elsewhere without secrets: those that were remembered, credentials after `Basic` and `Bearer`, passwords in
 * addresses and the values of their query parameters. The one redactor: everything that is printed passes it.
 */
export function redact(text: string): string {
  let clean = text;
  forms ??= [...given.values(), ...passing.values()].flat().sort((a, b) => b.text.length - a.text.length);
  for (const { text: form, pattern } of forms)
    if (form.length <= clean.length) clean = clean.replaceAll(pattern, '***');
  return clean
    .replace(/(:\/\/)[^/@\s"']*@/g, '$1***@')
    .replace(/\b(Basic|Bearer)\s+(?=\S*[\d=])[\w+/=.~-]{8,}/gi, '$1 ***')
    .replace(/([?&])([^=?&\s"'<>#]+)=([^&\s"'<>#]*)/g, (whole, before: string, name: string) =>
      OPEN_PARAMETERS.includes(name.toLowerCase()) ? whole : `${before}${name}=***`,
    );
}
