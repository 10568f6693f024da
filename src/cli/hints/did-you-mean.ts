import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { nearest } from './nearest.js';
import { commandElsewhere, flagElsewhere } from './other-tools.js';

/** The commands and topics of the program, in words: `repo tags`, `repo`. */
export interface KnownCommands {
  readonly commands: readonly string[];
  readonly topics: readonly string[];
  /** Topics of help alone, where help is asked: `exit-codes`. */
  readonly pages: readonly string[];
}

/** Words that many tools have, and that no page for users of one of them explains. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ls: ['repo tags', 'repo list'],
    list: ['repo list', 'repo tags'],
    tags: ['repo tags'],
    catalog: ['repo list'],
    repositories: ['repo list'],
    tree: ['discover'],
    find: ['discover'],
    fetch: ['pull', 'manifest get', 'blob get'],
    get: ['pull', 'manifest get', 'blob get'],
    download: ['pull'],
    upload: ['push'],
    put: ['push', 'manifest put', 'blob put'],
    show: ['inspect', 'discover'],
    inspect: ['manifest get'],
    autocomplete: ['completion'],
    describe: ['inspect'],
    info: ['inspect'],
    view: ['browse', 'inspect'],
    ui: ['browse'],
    open: ['browse'],
    digest: ['resolve'],
    sync: ['copy'],
    mirror: ['copy'],
    save: ['copy'],
    load: ['copy'],
    rm: ['detach', 'manifest delete'],
    remove: ['detach', 'manifest delete'],
    delete: ['manifest delete', 'blob delete', 'detach'],
    clean: ['prune', 'detach'],
    gc: ['check'],
    validate: ['check'],
    lint: ['check'],
    audit: ['report', 'verify'],
    scan: ['report', 'discover'],
  }),
);

/**
 * The error for words that are not a command: what was understood, and the command that may be meant.
 *
 * @param words the words of the command line before its first flag
 */
export function unknownCommand(words: readonly string[], known: KnownCommands): RemoraError {
  const topic = words.slice(0, 1).find((word) => known.topics.includes(word));
  const [typed = ''] = topic === undefined ? words : words.slice(1);
  if (typed === '') return new RemoraError('INVALID_ARGUMENT', 'the command is missing', { hint: 'See remora --help' });
  const pages = nearest(typed, topic === undefined ? known.pages : []);
  const message =
    topic === undefined ? `${quote(typed)} is not a command` : `${quote(typed)} is not a command of ${topic}`;
  const below = topic === undefined ? known.commands : known.commands.filter((name) => name.startsWith(`${topic} `));
  const all = [...known.commands, ...(topic === undefined ? known.topics : [])];
  const common = (WORDS.get(typed) ?? []).filter((name) => below.includes(name));
  const spelled = topic === undefined ? nearest(typed, all) : ofTopic(nearest(typed, below.map(lastWord)), below);
  const [meant = []] = [common, spelled, ofTopic([typed], below)].filter((names) => names.length > 0);
  // Words of one tool alone, such as `manifest fetch`, say more than a word that many have.
  const elsewhere =
    common.length > 0 && topic === undefined ? undefined : commandElsewhere(words, topic === undefined ? 1 : 2);
  const fallback = `See remora ${topic === undefined ? '' : `${topic} `}--help`;
  return new RemoraError('INVALID_ARGUMENT', message, {
    found: typed,
    hint:
      (pages.length > 0 ? didYouMean(pages.map((name) => `remora help ${name}`)) : elsewhere) ??
      (meant.length > 0 ? didYouMean(meant.map((name) => `remora ${name}`)) : fallback),
  });
}

/** The error for a flag before the command: words behind it may be its value, a secret, and are not shown. */
export function flagFirst(word: string): RemoraError {
  const [flag = word] = /^(?:-[^-]|--[\w-]*)/.exec(word) ?? [];
  const names = flag.startsWith('--') ? nearest(flag.slice(2), ['help', 'json', 'version']) : [];
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

/** The hint for a mistake in the arguments, from the message or hint that lists what is known; undefined for others. */
export function hintFor(
  { message, found, candidates }: RemoraError,
  command: string,
  flags: readonly { readonly name: string; readonly char?: string | undefined }[],
): string | undefined {
  const [, flag] = /^unknown flags? (--?[\w-]+)/.exec(message) ?? [];
  if (flag !== undefined) {
    if (flag === '-o' || flag === '--output') return 'The flag --json prints JSON';
    const known = ['--json', '--help', ...flags.flatMap(({ name, char }) => [`--${name}`, `-${char}`])];
    const plain = known.includes('--insecure') ? 'The flag --insecure does not verify the certificate' : undefined;
    if (flag === '--insecure-skip-tls-verify' && plain !== undefined) return plain;
    if (flag === '--version') return 'The version of an artifact is its tag, as in ghcr.io/owner/app:v1';
    const elsewhere = flagElsewhere(command, flag, known);
    if (elsewhere !== undefined) return elsewhere;
    if (!flag.startsWith('--')) return undefined;
    const names = nearest(
      flag.slice(2),
      known.filter((name) => name.startsWith('--')).map((name) => name.slice(2)),
    );
    return names.length === 0 ? undefined : didYouMean(names.map((name) => `--${name}`));
  }
  const [, value, options = ''] = /is "([^"]*)", wanted one of (.*)$/s.exec(message) ?? [];
  if (value !== undefined) {
    const values = nearest(value, options.split(', '));
    return values.length === 0 ? undefined : didYouMean(values);
  }
  const words = typeof found === 'string' && candidates !== undefined ? found.split('@') : [];
  const named = words.flatMap((word) => nearest(word, candidates ?? []));
  return named.length === 0 ? undefined : didYouMean(named);
}

/** `Did you mean a, b or c?` */
function didYouMean(names: readonly string[]): string {
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
