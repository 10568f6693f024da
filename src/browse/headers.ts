/** Headers of every answer: nothing is kept, framed, guessed or told to another origin. */
export const PROTECTING: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** The policy of what is saved, should a browser show it. */
export const FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** `Content-Disposition` for a name from elsewhere (RFC 6266): ASCII for old readers, and the whole name. */
export function attachmentNamed(name: string): string {
  // A name has no folders, and nothing that a shell, a terminal or Windows acts upon.
  const safe = (name.split(/[/\\]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029<>:"|?*]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, 150)
    .trim();
  const shown = safe === '' ? 'file' : safe;
  const encoded = encodeURIComponent(shown).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${shown.replace(/[^ -~]|[\\"%]/g, '_')}"; filename*=UTF-8''${encoded}`;
}
