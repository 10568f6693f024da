/** Values that this process knows to be secret. Shorter ones would take innocent words out of every text. */
const MIN_LENGTH = 6;
const secrets = new Set<string>();

/** Remembers a value that must not appear in any output, in the forms in which it can be sent. */
export function addSecret(value: string): void {
  // Half of a surrogate pair, which JSON can hold, is sent as U+FFFD; encodeURIComponent would throw.
  const sent = Buffer.from(value).toString();
  const encoded = [encodeURIComponent(sent), new URLSearchParams({ '': value }).toString().slice(1)];
  for (const form of [
    value,
    sent,
    ...encoded,
    // Servers that send back what they got may write the codes in lower case.
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('base64url'),
    JSON.stringify(value).slice(1, -1),
  ]) {
    if (form.length >= MIN_LENGTH) secrets.add(form);
  }
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
  // Longer ones first: one secret may be the beginning of another.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, '***');
  return clean
    .replace(/(:\/\/)[^/@\s"']*@/g, '$1***@')
    .replace(/\b(Basic|Bearer)\s+(?=\S*[\d=])[\w+/=.~-]{8,}/gi, '$1 ***')
    .replace(/([?&])([^=&\s"'<>#]+)=([^&\s"'<>#]*)/g, (whole, before: string, name: string) =>
      OPEN_PARAMETERS.includes(name.toLowerCase()) ? whole : `${before}${name}=***`,
    );
}
