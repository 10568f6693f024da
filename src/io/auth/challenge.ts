/** A way to authenticate that a server offers (RFC 9110 §11.6.1). The scheme is lower-case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const SCHEME = new RegExp(`^\\s*(${TOKEN})(?=\\s|,|$)(?!\\s*=)`);
const QUOTED = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`);
// Quay does not quote its scope, which has commas of its own: a value ends where the next `name=` or a scheme begins.
const UNQUOTED = new RegExp(
  `^\\s*(${TOKEN})\\s*=\\s*([^\\s"]*?)(?=\\s*(?:,\\s*${TOKEN}\\s*=|,\\s*${TOKEN}\\s+${TOKEN}\\s*=|,\\s+${TOKEN}\\s*(?:,|$)|,?\\s*$))`,
);

/** Parses `WWW-Authenticate` headers as they really come: several challenges, any case, unquoted values. */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.flatMap(parseHeader);
}

function parseHeader(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header;
  while (rest.trim() !== '') {
    const current = challenges.at(-1);
    const parameter = current && (QUOTED.exec(rest) ?? UNQUOTED.exec(rest));
    if (parameter?.[1] && parameter[2] !== undefined && current) {
      current.parameters.set(parameter[1].toLowerCase(), parameter[2].replace(/\\(.)/g, '$1'));
      rest = rest.slice(parameter[0].length);
    } else {
      const scheme = SCHEME.exec(rest);
      if (scheme?.[1]) {
        challenges.push({ scheme: scheme[1].toLowerCase(), parameters: new Map() });
        rest = rest.slice(scheme[0].length);
        // All other text is skipped as a whole: a look from each of its characters takes the square of its length.
      } else rest = rest.replace(/^.[^\s,]*/s, '');
    }
    rest = rest.replace(/^[\s,]+/, '');
  }
  return challenges;
}
