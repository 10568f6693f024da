import type { Command } from '@oclif/core/command';
import { KINDS } from '../../formats/kinds/kind.js';
import { PAGES, SHARED } from '../help/shared.js';

/** The text that a shell completes: one of some values, a path, or a place with tags. */
export type Completed = 'file' | 'directory' | 'place' | 'registry' | 'text' | readonly string[];

export interface CompletedFlag {
  /** `--kind` and, where it has one, `-k`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Undefined for a flag without a value. */
  readonly value: Completed | undefined;
}

export interface CompletedCommand {
  /** `repo tags` */
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** The arguments in their order; the last one repeats. */
  readonly args: readonly Completed[];
}

/** Names of arguments and values of flags, by what they take. */
const TAKES: Readonly<Record<string, Completed>> = {
  FILE: 'file',
  'FILE[:TYPE]': 'file',
  'FILE:KEY=VALUE': 'file',
  'DIR|FILE': 'file',
  DIR: 'directory',
  PLACE: 'place',
  REFERENCE: 'place',
  MEMBER: 'place',
  'KIND[@FORMAT]': KINDS,
  KIND: KINDS,
  file: 'file',
  files: 'file',
  directory: 'directory',
  reference: 'place',
  references: 'place',
  subject: 'place',
  place: 'place',
  source: 'place',
  destination: 'place',
  target: 'place',
  members: 'place',
  repository: 'place',
  registry: 'registry',
};

/** The commands without aliases, by name. */
export function completedCommands(commands: readonly Command.Loadable[]): readonly CompletedCommand[] {
  const shown = commands.filter(({ id, aliases, hidden }) => !hidden && !aliases.includes(id));
  const helped = [
    ...shown.map(({ id }) => id.replace(/:.*/s, '')),
    ...SHARED.map(({ name }) => name),
    ...PAGES.map(([name]) => name),
  ];
  const explained: readonly Completed[] = [[...new Set(helped)].sort(), 'text'];
  return shown
    .map(({ id, summary = '', flags, args }) => ({
      name: id.replaceAll(':', ' '),
      summary: oneLine(summary),
      flags: Object.values(flags)
        .filter(({ hidden }) => !hidden)
        .flatMap(completedFlags)
        .concat({ names: ['--help', '-h'], summary: 'Show help', value: undefined }),
      args:
        id === 'help' ? explained : Object.values(args).map(({ name, options }) => options ?? TAKES[name] ?? 'text'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function completedFlags(flag: Command.Flag.Cached): readonly CompletedFlag[] {
  const { name, char, summary = '' } = flag;
  const names = [`--${name}`, ...(char === undefined ? [] : [`-${char}`])];
  const whole = { names, summary: oneLine(summary), value: takenBy(flag) };
  return flag.type === 'boolean' && flag.allowNo ? [whole, { ...whole, names: [`--no-${name}`] }] : [whole];
}

function takenBy(flag: Command.Flag.Cached): Completed | undefined {
  if (flag.type === 'boolean') return undefined;
  const { options, helpValue } = flag;
  return options ?? (typeof helpValue === 'string' ? TAKES[helpValue] : undefined) ?? 'text';
}

/** Shells show a summary in one line, and quote it in ways of their own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/['"`\\$[\]:]/g, '');
}
