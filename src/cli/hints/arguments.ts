import type { Command } from '@oclif/core/command';
import { isAccepted, type RemoraError } from '../../errors.js';
import { KIND_TABLE } from '../../formats/kinds/table.js';
import { parsePlace } from '../../oci/names/place.js';
import { isDigest } from '../../oci/values/digest.js';
import { didYouMean } from './did-you-mean.js';
import { nearest } from './nearest.js';
import { commandElsewhere, flagElsewhere, nearFlagElsewhere } from './other-tools.js';

/** A command and the words that were typed behind it. */
export interface Typed {
  /** `repo tags` */
  readonly command: string;
  readonly flags: readonly {
    readonly name: string;
    readonly char?: string | undefined;
    readonly type?: string | undefined;
    readonly options?: readonly string[] | undefined;
  }[];
  /** The names of its arguments. */
  readonly args: readonly string[];
  readonly argv: readonly string[];
  readonly examples: Command.Example[] | string;
  /** All commands. */
  readonly commands: readonly Command.Loadable[];
}

/** Values that other tools have, and that no value here resembles. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    pwsh: ['powershell'],
    ps1: ['powershell'],
    sh: ['bash'],
    text: ['tree', 'table'],
    plain: ['tree', 'table'],
    pretty: ['tree', 'table'],
    yaml: ['json'],
    yml: ['json'],
    ndjson: ['jsonl', 'json'],
    md: ['markdown'],
    svg: ['dot', 'mermaid'],
    png: ['dot', 'mermaid'],
    graphviz: ['dot'],
    tsv: ['csv'],
    cosign: ['signature'],
    notation: ['signature'],
    slsa: ['provenance'],
    vuln: ['scan'],
    vulnerabilities: ['scan'],
    cve: ['scan'],
    trivy: ['scan'],
    chart: ['helm-chart'],
    helm: ['helm-chart'],
    intoto: ['in-toto'],
    bundle: ['sigstore-bundle'],
  }),
);

/** A mistake whose hint says no more than where the help is. */
const isPlain = ({ hint }: RemoraError) => hint === undefined || hint.startsWith('See remora ');

/** The hint for a mistake in the arguments, from the message or hint that lists what is known; undefined for others. */
export function hintFor(error: RemoraError, typed: Typed): string | undefined {
  const { command, argv } = typed;
  const [first = ''] = argv;
  // `tag ls` and `attach sbom` are commands of other tools, and arguments here.
  const words = [...command.split(' '), first];
  const elsewhere = /^[a-z]/.test(first) ? commandElsewhere(words, words.length) : undefined;
  if (elsewhere !== undefined) return elsewhere;
  const [, flag] = /^unknown flags? (--?[\w-]+)/.exec(error.message) ?? [];
  if (flag !== undefined) return flagHint(flag, typed);
  const [, value, options = ''] = /is "([^"]*)", wanted one of (.*)$/s.exec(error.message) ?? [];
  if (value !== undefined) return valueHint(value, options.split(', '), typed);
  const { found, candidates } = error;
  const joined = typeof found === 'string' ? joinedHint(found, candidates ?? [], typed) : undefined;
  if (joined !== undefined) return joined;
  const parts = typeof found === 'string' && candidates !== undefined ? found.split('@') : [];
  const named = parts.flatMap((word) => nearest(word, candidates ?? []));
  if (named.length > 0) return didYouMean(named);
  return isPlain(error) ? argumentHint(error.message, typed) : undefined;
}

function flagHint(flag: string, typed: Typed): string | undefined {
  const { command, flags, argv } = typed;
  const known = ['--json', '--help', ...flags.flatMap(({ name, char }) => [`--${name}`, `-${char}`])];
  if (flag === '-o' || flag === '--output') return outputHint(argv, typed);
  const isSecret = flag === '-p' || (flag.startsWith('--') && nearest(flag.slice(2), ['password', 'token']).length > 0);
  if (isSecret && known.includes('--password-stdin'))
    return 'Other users see arguments: give --username NAME, and the password by --password-stdin';
  const signs = command === 'sign' || command === 'attest';
  if (/^--(?:insecure-)?skip-(?:tls-)?verify$/.test(flag) && known.includes('--insecure') && !signs)
    return 'The flag --insecure does not verify the certificate';
  if (command === 'tag' && /^(?:-[dD]|--(?:delete|remove|rm))$/.test(flag))
    return 'Write remora manifest delete REFERENCE: with a tag, it removes the tag alone';
  if (command === 'push' && /^(?:-t|--tag)$/.test(flag))
    return 'Tags are a part of the place: ghcr.io/owner/app:v1,latest';
  if (flag === '--version') return 'The version of an artifact is its tag, as in ghcr.io/owner/app:v1';
  if (command === 'discover' && /^(?:-r|--recursive)$/.test(flag))
    return 'Leave it out: discover goes to every depth, and --depth limits it';
  const elsewhere = flagElsewhere(command, flag, known);
  if (elsewhere !== undefined) return elsewhere;
  if (!flag.startsWith('--')) return undefined;
  const types = known.filter((name) => flag === '--type' && name.endsWith('-type'));
  if (types.length > 0) return didYouMean(types);
  const names = nearest(
    flag.slice(2),
    known.filter((name) => name.startsWith('--')).map((name) => name.slice(2)),
  );
  if (names.length > 0) return didYouMean(names.map((name) => `--${name}`));
  return nearFlagElsewhere(command, flag, known) ?? otherCommands(flag.slice(2), typed);
}

/** `-o json`, `-o tree` and `-o FILE` of commands that have no `-o`. */
function outputHint(argv: readonly string[], { flags }: Typed): string {
  const at = argv.findIndex((word) => /^(?:-o|--output)(?:$|=)|^-o/.test(word));
  const word = argv[at] ?? '';
  const value = /^(?:--output=|-o=?)(.+)$/.exec(word)?.[1] ?? argv[at + 1] ?? '';
  const format = flags.find(({ name }) => name === 'format')?.options ?? [];
  if (value !== 'json' && format.includes(value)) return `Write --format ${value}`;
  return value === '' || value === 'json' || !/[./]/.test(value)
    ? 'The flag --json prints JSON'
    : 'The result is on standard output: write > FILE, with --json for JSON';
}

/** A flag of more commands is one that any user of it knows. */
const MOST_COMMANDS = 20;

/** `--platform is a flag of copy, discover and pull` for a flag that others have. */
function otherCommands(name: string, { commands }: Typed): string | undefined {
  const having = commands
    .filter(({ id, flags, aliases, hidden }) => !hidden && !aliases.includes(id) && flags[name] !== undefined)
    .map(({ id }) => id.replaceAll(':', ' '))
    .sort();
  if (having.length === 0 || having.length > MOST_COMMANDS) return undefined;
  const shown = having.length > 6 ? [...having.slice(0, 5), `${having.length - 5} more`] : having;
  const last = shown.at(-1) ?? '';
  return `--${name} is a flag of ${shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`}`;
}

/** `Repeat the flag: --kind sbom --kind vex` for known values that a comma joins. */
function joinedHint(value: string, known: readonly string[], { argv }: Typed): string | undefined {
  const values = value.split(',');
  const names = new Set([...known, ...KIND_TABLE.map(({ kind }) => kind)]);
  if (values.length < 2 || !values.every((each) => names.has(each.replace(/@.*/s, '')))) return undefined;
  const at = argv.findIndex((word) => word === value || word.endsWith(`=${value}`));
  const flag = argv[at] === value ? argv[at - 1] : argv[at]?.slice(0, -value.length - 1);
  return flag && `Repeat the flag: ${values.map((each) => `${flag} ${each}`).join(' ')}`;
}

function valueHint(value: string, options: readonly string[], typed: Typed): string | undefined {
  const joined = joinedHint(value, options, typed);
  if (joined !== undefined) return joined;
  const word = value
    .trim()
    .replace(/^.*\//s, '')
    .replace(/[\u2018-\u201f]/g, '')
    .toLowerCase();
  const known = (VALUES.get(word) ?? [word]).filter((each) => options.includes(each));
  const values = known.length > 0 ? known : nearest(word, options);
  if (values.length > 0) return didYouMean(values);
  const kinds = [...new Set(KIND_TABLE.filter(({ format }) => format === word).map(({ kind }) => kind))];
  const [kind] = kinds.filter((each) => each !== undefined && options.includes(each));
  if (kind === undefined) return undefined;
  const narrows = typed.flags.some(({ name, options: all = [] }) => name === 'format' && all.includes(word));
  return narrows ? `Write --kind ${kind} --format ${word}` : `Write --kind ${kind}: ${word} is one of its formats`;
}

function argumentHint(message: string, typed: Typed): string | undefined {
  const { command, args, argv, flags } = typed;
  const example = exampleOf(typed);
  if (/^flag \S+ is missing/.test(message)) return example && `For example: ${example}`;
  const [, twice] = /^(--[\w-]+) is given more than once$/.exec(message) ?? [];
  if (twice !== undefined) return `Write ${twice} once`;
  if (/^argument \S+ is missing/.test(message)) {
    const last = argv.findLastIndex((word) => !word.startsWith('-'));
    const before = argv[last - 1] ?? '';
    const taker = flags.find(({ name, char, type }) => type === 'option' && [`--${name}`, `-${char}`].includes(before));
    if (taker !== undefined && argv.every((word, index) => word.startsWith('-') || index === last))
      return `--${taker.name} took the last word as its value: give it another before it`;
    return example && `For example: ${example}`;
  }
  const stray = /^unexpected arguments? (.*)$/s.exec(message)?.[1];
  if (stray === undefined) return command === 'login' ? 'Write remora login --username NAME HOST' : undefined;
  const [place = ''] = argv.filter((word) => !word.startsWith('-'));
  if (args.length === 1 && isDigest(stray) && isPlaceText(place)) return `Write remora ${command} ${place}@${stray}`;
  const before = argv[argv.indexOf('true') - 1] ?? argv[argv.indexOf('false') - 1] ?? '';
  if (/^--/.test(before) && flags.some(({ name, type }) => type === 'boolean' && `--${name}` === before))
    return `Write ${before} alone: it takes no value`;
  if (/[\u2018-\u201f]/.test(argv.join(''))) return 'Write " or \': a shell reads other quotation marks as letters';
  const key = argv.find((word) => /^[^-].*\.(?:pub|pem)$/.test(word));
  if (command === 'verify' && key !== undefined) return `A key comes with a flag: --key ${key}`;
  if (command === 'verify' && isPlaceText(stray.replace(/[:@][^/]*$/, '')))
    return 'verify takes one SUBJECT: remora report --key FILE --require signature REFERENCES verifies several';
  if (command === 'pull') return 'pull takes one REFERENCE: -o DIR says where files go';
  if (args.length === 0) return `${command} takes no arguments`;
  return args.length === 1 ? `${command} takes one argument, ${args[0]?.toUpperCase()}` : undefined;
}

function exampleOf({ examples }: Typed): string | undefined {
  const [first] = typeof examples === 'string' ? [examples] : examples;
  const text = typeof first === 'object' ? first.command : first;
  return text?.replaceAll('<%= config.bin %>', 'remora').split('\n')[0];
}

function isPlaceText(text: string): boolean {
  return isAccepted(() => {
    const { tag, digest } = parsePlace(text);
    return tag === undefined && digest === undefined;
  });
}
