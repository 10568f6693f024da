import { stripVTControlCharacters } from 'node:util';

/** Reasons of oclif's parser, reworded like our own errors. */
const WORDS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^Missing required flag (\S+)$/, (flag) => `flag --${flag} is missing`],
  [
    /^(--[\w-]+)(?:=.*)? cannot also be provided when using (--[\w-]+)$/s,
    (one, other) => `${one} and ${other} exclude each other`,
  ],
  [
    /^All of the following must be provided when using (--[\w-]+): (.*)$/s,
    (flag, others) => `${flag} needs ${listed(others, 'and')}`,
  ],
  [
    /^One of the following must be provided when using (--[\w-]+): (.*)$/s,
    (flag, others) => `${flag} needs ${listed(others, 'or')}`,
  ],
  [
    /^Only the following can be provided when using (--[\w-]+): (.*)$/s,
    (flag, others) => `${flag} goes with ${listed(others, 'and')} alone`,
  ],
  [/^Exactly one of the following must be provided: (.*)$/s, (flags) => `one flag is missing: ${listed(flags, 'or')}`],
  [/^At least one of the following must be provided: (.*)$/s, (flags) => `a flag is missing: ${listed(flags, 'or')}`],
  [
    /^Nonexistent flags?: (.*)$/s,
    (flags) => {
      const names = withoutValues(flags);
      return `unknown flag${names.includes(', ') ? 's' : ''} ${names}`;
    },
  ],
  [/^Unexpected flag (.*)$/s, (flag) => `unknown flag --${withoutValues(flag)}`],
  [/^Unexpected arguments?: (.*)$/s, (args) => `unexpected argument${args.includes(', ') ? 's' : ''} ${args}`],
  [
    /^Expected (--[\w-]+)=(.*) to be one of: (.*)$/s,
    (flag, value, options) => `${flag} is "${value}", wanted one of ${options}`,
  ],
  [/^Expected (.*) to be one of: (.*)$/s, (value, options) => `argument is "${value}", wanted one of ${options}`],
  [
    /^Parsing (--[\w-]+)\s+Expected (.*) but received: (.*)$/s,
    (flag, wanted, value) => `${flag} is "${value}", wanted ${wanted}`,
  ],
  [/^Parsing (--[\w-]+)\s+(.*)$/s, (flag, reason) => `${flag}: ${reason}`],
  [/^Expected (.*) but received: (.*)$/s, (wanted, value) => `argument is "${value}", wanted ${wanted}`],
  [
    /^Flag (--[\w-]+) expects one of these values: (.*)$/s,
    (flag, options) => `${flag} needs a value: one of ${options}`,
  ],
  [/^Flag (--[\w-]+) expects a value$/, (flag) => `${flag} needs a value`],
  [/^Flag (--[\w-]+) can only be specified once$/, (flag) => `${flag} is given more than once`],
  [
    /^Flag (--[\w-]+) can only be read from stdin\..*$/s,
    (flag) => `${flag} reads standard input, wanted "-" or no value`,
  ],
  // oclif joins the words behind it with colons.
  [/^command ([^:]*)(?::.*)? not found$/s, (command) => `"${command}" is not a command`],
];

/** A line of several reasons begins so; a value may have lines as well. */
const NEXT_REASON =
  /\n[ \t]*(?=--[\w-]+(?:=| cannot)|Missing required|(?:All|One|Only|Exactly|At least)\b.* must be |Only the )/;

/** Flags that have another name since 0.2, by command. */
const RENAMED: Readonly<Record<string, readonly [old: string, now: string]>> = {
  attach: ['--verify', '--confirm'],
  copy: ['--trust-destination', '--assume-complete'],
};

/** The message of an error of oclif's parser; `command` is the one that was typed. */
export function parserMessage(error: Error, command?: string): string {
  const [old, now] = RENAMED[command ?? ''] ?? [];
  const message =
    command === 'login'
      ? messageOf(error).replace(
          /^(unexpected arguments?) .*/s,
          '$1: a password is read from standard input, or asked for',
        )
      : messageOf(error);
  return old !== undefined && new RegExp(`unknown flags? .*${old}\\b`).test(message)
    ? `${message}: ${old} is now ${now}`
    : message;
}

function messageOf(error: Error): string {
  // With colours oclif paints a part of its messages.
  const text = stripVTControlCharacters(error.message);
  if (text.startsWith('Missing') && 'args' in error && Array.isArray(error.args)) {
    return error.args
      .map((arg: { readonly name: string }) => `argument ${arg.name.toUpperCase()} is missing`)
      .join('; ');
  }
  const [message = ''] = text.split(/\n(?:See more help|Note: )/);
  const reasons = /^The following errors? occurred:\s+(.*)$/s.exec(message)?.[1]?.split(NEXT_REASON) ?? [message];
  return [...distinct(reasons.map((reason) => reword(reason.trim())))].join('; ') + strayValue(error);
}

function reword(reason: string): string {
  for (const [pattern, words] of WORDS) {
    const [, ...parts] = pattern.exec(reason) ?? [];
    if (parts.length > 0) return words(...parts);
  }
  return reason;
}

/** Each of two flags that exclude each other says so. */
function distinct(reasons: readonly string[]): Iterable<string> {
  const known = new Map<string, string>();
  for (const reason of reasons) {
    const [, one, other] = /^(--\S+) and (--\S+) exclude each other$/.exec(reason) ?? [];
    const key = one === undefined ? reason : [one, other].sort().join(' ');
    if (!known.has(key)) known.set(key, reason);
  }
  return known.values();
}

/** Words without a place often are the value of a flag that takes none, `--plain-http=false`. */
function strayValue(error: Error): string {
  if (!('args' in error && 'parse' in error) || !isObject(error.parse) || !isObject(error.parse.input)) return '';
  const { flags, argv } = error.parse.input;
  if (!isObject(flags) || !Array.isArray(argv)) return '';
  for (const word of argv) {
    const [, name = '', negated] = /^--((?:no-)?([\w-]+))=/.exec(word) ?? [];
    const flag = flags[name] ?? flags[negated ?? ''];
    if (isObject(flag) && flag.type === 'boolean') return `: --${name} takes no value`;
  }
  return '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** `--password=SECRET` as `--password`, `-pSECRET` as `-p`: the value of a flag that is not known may be a secret. */
function withoutValues(flags: string): string {
  const names = flags.split(', ').map((flag) => /^(?:-[^-]|[^=]*)/.exec(flag)?.[0] ?? '');
  return names.filter((name, index) => index === 0 || name.startsWith('-')).join(', ');
}

/** `--a, --b, --c` as a list in words. */
function listed(names: string, word: 'and' | 'or'): string {
  return names.replace(/, (?=[^,]*$)/, ` ${word} `);
}
