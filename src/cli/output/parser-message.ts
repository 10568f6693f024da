/** Messages of oclif's parser, reworded like our own errors. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^Missing required flag (\S+)$/, 'flag --$1 is missing'],
  [/^--([\w-]+)=.* cannot also be provided when using --([\w-]+)$/s, '--$1 and --$2 exclude each other'],
  [/^Nonexistent flag: (.*)$/s, 'unknown flag $1'],
  [/^Nonexistent flags: (.*)$/s, 'unknown flags $1'],
  [/^Unexpected argument: (.*)$/s, 'unexpected argument $1'],
  [/^Unexpected arguments: (.*)$/s, 'unexpected arguments $1'],
  [/^Expected --([\w-]+)=(.*) to be one of: (.*)$/s, '--$1 is "$2", wanted one of $3'],
  [/^Parsing --([\w-]+)\s+Expected (.*) but received: (.*)$/s, '--$1 is "$3", wanted $2'],
  [/^Flag --([\w-]+) expects a value$/, '--$1 needs a value'],
  [/^All of the following must be provided when using --([\w-]+): (.*)$/s, '--$1 needs $2'],
  // oclif joins the words behind it with colons.
  [/^command ([^:]*)(?::.*)? not found$/s, '"$1" is not a command'],
];

/** Flags that have another name since 0.2, by command. */
const RENAMED: Readonly<Record<string, readonly [old: string, now: string]>> = {
  attach: ['--verify', '--confirm'],
  copy: ['--trust-destination', '--assume-complete'],
};

/** The message of an error of oclif's parser; `command` is the one that was typed. */
export function parserMessage(error: Error, command?: string): string {
  const [old, now] = RENAMED[command ?? ''] ?? [];
  const message = messageOf(error);
  return old !== undefined && new RegExp(`unknown flags? .*${old}\\b`).test(message)
    ? `${message}: ${old} is now ${now}`
    : message;
}

function messageOf(error: Error): string {
  if (error.message.startsWith('Missing') && 'args' in error && Array.isArray(error.args)) {
    return error.args
      .map((arg: { readonly name: string }) => `argument ${arg.name.toUpperCase()} is missing`)
      .join('; ');
  }
  const [message = ''] = error.message.split(/\n+(?:See more help|Note: )/);
  const reasons = /^The following errors? occurred:\s+(.*)$/s.exec(message)?.[1]?.split(/\n\s*/) ?? [message];
  return reasons.map((reason) => reword(reason.trim())).join('; ');
}

function reword(reason: string): string {
  for (const [pattern, words] of WORDS) if (pattern.test(reason)) return reason.replace(pattern, words);
  return reason;
}
