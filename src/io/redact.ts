/** Shorter values would take innocent words out of every text. */
const MIN_LENGTH = 6;
/** Secrets of registries that are remembered: a process that lives long gets a new token every few minutes. */
const MAX_PASSING = 500;

/** The forms of values that this process knows to be secret: those that a person gave, and the last ones in use. */
const given = new Map<string, readonly string[]>();
const passing = new Map<string, readonly string[]>();
/** All forms; longer ones first, since one secret may be the beginning of another. */
let forms: readonly string[] | undefined;

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

function add(secrets: Map<string, readonly string[]>, value: string): void {
  const known = secrets.get(value);
  // The newest is the last one of a map.
  secrets.delete(value);
  secrets.set(value, known ?? formsOf(value));
  if (known === undefined) forms = undefined;
}

/** A value in the forms in which it can be sent. */
function formsOf(value: string): readonly string[] {
  // Half of a surrogate pair, which JSON can hold, is sent as U+FFFD; encodeURIComponent would throw.
  const sent = Buffer.from(value).toString();
  const encoded = [encodeURIComponent(sent), new URLSearchParams({ '': value }).toString().slice(1)];
  const all = [
    value,
    sent,
    ...encoded,
    // Servers that send back what they got may write the codes in lower case.
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('base64url'),
    JSON.stringify(value).slice(1, -1),
  ];
  return [...new Set(all)].filter(({ length }) => length >= MIN_LENGTH);
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
  forms ??= [...given.values(), ...passing.values()].flat().sort((a, b) => b.length - a.length);
  for (const secret of forms) clean = clean.replaceAll(secret, '***');
  return clean
    .replace(/(:\/\/)[^/@\s"']*@/g, '$1***@')
    .replace(/\b(Basic|Bearer)\s+(?=\S*[\d=])[\w+/=.~-]{8,}/gi, '$1 ***')
    .replace(/([?&])([^=&\s"'<>#]+)=([^&\s"'<>#]*)/g, (whole, before: string, name: string) =>
      OPEN_PARAMETERS.includes(name.toLowerCase()) ? whole : `${before}${name}=***`,
    );
}
