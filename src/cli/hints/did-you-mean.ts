import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { nearest } from './nearest.js';
import { commandElsewhere } from './other-tools.js';
import { TOOLS, WORDS } from './words.js';

/** The commands and topics of the program, in words: `repo tags`, `repo`. */
export interface KnownCommands {
  readonly commands: readonly string[];
  readonly topics: readonly string[];
  /** Further words that help has, where help is asked: `exit-codes`. */
  readonly pages: readonly string[];
}

/**
 * The error for words that are not a command: what was understood, and the command that may be meant.
 *
 * @param words the words of the command line before its first flag
 */
export function unknownCommand(words: readonly string[], known: KnownCommands): RemoraError {
  const topic = words.slice(0, 1).find((word) => known.topics.includes(word));
  const [typed = ''] = topic === undefined ? words : words.slice(1);
  if (typed === '') return new RemoraError('INVALID_ARGUMENT', 'the command is missing', { hint: 'See remora --help' });
  const message =
    topic === undefined ? `${quote(typed)} is not a command` : `${quote(typed)} is not a command of ${topic}`;
  const hint =
    (TOOLS.has(typed) && words[1] !== undefined ? behindTool(words, known) : undefined) ?? meant(words, known);
  return new RemoraError('INVALID_ARGUMENT', message, { found: typed, hint });
}

/** The hint for the words behind the name of a tool, `oras manifest fetch`. */
function behindTool([tool = '', ...words]: readonly string[], known: KnownCommands): string | undefined {
  const own = commandElsewhere(words, 1, tool);
  if (own !== undefined) return own;
  // Docker's pull and push move images, not files.
  if (/^(?:docker|podman|nerdctl)$/.test(tool) && /^(?:pull|push)$/.test(words[0] ?? ''))
    return didYouMean(['remora copy']);
  const command = commandIn(words, known);
  if (command !== undefined) return didYouMean([`remora ${command}`]);
  const hint = meant(words, known);
  return hint.startsWith('See ') ? undefined : hint;
}

/** The command that words begin with, however they are spelled: `Repo Tags`, `discover\r`. */
function commandIn(words: readonly string[], { commands }: KnownCommands): string | undefined {
  const [first = '', second = ''] = words.map((word) => word.trim().toLowerCase());
  return [`${first} ${second}`, first].find((name) => commands.includes(name));
}

function meant(words: readonly string[], known: KnownCommands): string {
  const topic = words.slice(0, 1).find((word) => known.topics.includes(word));
  const [typed = ''] = topic === undefined ? words : words.slice(1);
  const pages = nearest(typed, topic === undefined ? known.pages : []);
  if (pages.length > 0) return didYouMean(pages.map((name) => `remora help ${name}`));
  const written = commandIn(words, known);
  if (written !== undefined) return didYouMean([`remora ${written}`]);
  const below = topic === undefined ? known.commands : known.commands.filter((name) => name.startsWith(`${topic} `));
  const all = [...known.commands, ...(topic === undefined ? known.topics : [])];
  const word = WORDS.get(typed.toLowerCase());
  const common = typeof word === 'string' ? [] : (word ?? []).filter((name) => below.includes(name));
  const isCommon = topic === undefined && word !== undefined;
  // Words of one tool alone, such as `manifest fetch`, say more than a word that many have.
  const elsewhere = commandElsewhere(words, isCommon || topic !== undefined ? 2 : 1);
  if (elsewhere !== undefined) return elsewhere;
  if (isCommon && typeof word === 'string') return word;
  const spelled = topic === undefined ? nearest(typed, all) : ofTopic(nearest(typed, below.map(lastWord)), below);
  const [names = []] = [common, spelled, ofTopic([typed], below)].filter((each) => each.length > 0);
  return names.length > 0
    ? didYouMean(names.map((name) => `remora ${name}`))
    : `See remora ${topic === undefined ? '' : `${topic} `}--help`;
}

/** The error for a flag before the command: words behind it may be its value, a secret, and are not shown. */
export function flagFirst(word: string): RemoraError {
  const [flag = word] = /^(?:-[^-]|--[\w-]*)/.exec(word) ?? [];
  const long = /^-{1,2}([a-z]{2,})/i.exec(word)?.[1] ?? '';
  const names = nearest(long, ['help', 'json', 'version']);
  return new RemoraError('INVALID_ARGUMENT', `flag ${quote(flag)} stands before the command`, {
    found: flag,
    hint:
      flag === '-V'
        ? 'Did you mean -v?'
        : names.length > 0
          ? didYouMean(names.map((name) => `--${name}`))
          : 'Write the command first: remora COMMAND FLAGS',
  });
}

/** `Did you mean a, b or c?` */
export function didYouMean(names: readonly string[]): string {
  const unique = [...new Set(names)].slice(0, 3);
  const [last = '', ...first] = unique.toReversed();
  return `Did you mean ${first.length === 0 ? last : `${first.toReversed().join(', ')} or ${last}`}?`;
}

function lastWord(name: string): string {
  return name.slice(name.lastIndexOf(' ') + 1);
}

/** The commands whose last word is one of these. */
function ofTopic(words: readonly string[], names: readonly string[]): readonly string[] {
  return names.filter((name) => words.includes(lastWord(name)));
}
