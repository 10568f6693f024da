const MAX_BYTES = 4096;
const VALUE = /(?:^|,)\s*(\d{3})\s+(\S+)\s+"((?:[^"\\]|\\.)*)"/g;

/**
 * The texts of `Warning` headers that a registry means for users: code 299, agent `-`, no date (distribution-spec,
 * "Warnings"). Others are about caches, and are left out.
 */
export function registryWarnings(headers: readonly string[]): readonly string[] {
  return headers.flatMap((header) =>
    [...header.slice(0, MAX_BYTES).matchAll(VALUE)].flatMap(([, code, agent, text = '']) =>
      code === '299' && agent === '-' ? [text.replace(/\\(.)/g, '$1')] : [],
    ),
  );
}
