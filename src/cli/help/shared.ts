import type { Command } from '@oclif/core/command';

/** Flags that several commands share, and that help shows once. */
export interface SharedTopic {
  readonly name: 'connection' | 'selection' | 'sides' | 'trust';
  readonly group: string;
  /** Stands before the command that shows the flags. */
  readonly lead: string;
  readonly summary: string;
  readonly description: string;
}

/** Pages of the documentation that help shows, too. */
export const PAGES: readonly (readonly [name: string, summary: string])[] = [
  ['exit-codes', 'Exit codes of all commands'],
  ['places', 'Names of registries, layouts and archives'],
];

export const SHARED: readonly SharedTopic[] = [
  {
    name: 'selection',
    group: 'SELECTION',
    lead: 'Flags that select attachments (--kind, --digest, …)',
    summary: 'Flags that select among the attachments of an image or artifact',
    description:
      'An attachment must fit all flags that are given. discover and copy also take the attachments that lead to it, such as the SBOM that a selected signature signs. pull --all takes attachments of attachments as well; detach removes them with --recursive, or with what they are attached to as its SUBJECT. The command kinds lists kinds and formats.',
  },
  {
    name: 'trust',
    group: 'TRUST',
    lead: 'Flags that give trust (--key, --certificate-identity, …)',
    summary: 'Flags that say whose signatures count',
    description:
      'An identity needs an issuer, and a trust policy needs a trust store. Text matches whole, and so does an expression, which is written as in JavaScript. A signature counts if one of the given trusts made it.',
  },
  {
    name: 'sides',
    group: 'SIDES',
    lead: 'Flags for one of two registries (--from-username, …)',
    summary: 'Flags for the source or the destination of a copy',
    description:
      'Two secrets on standard input are two lines, that of the source first. A flag for one side counts before the flag for both. Without any, each registry has the credentials that are stored for it.',
  },
  {
    name: 'connection',
    group: 'REGISTRY',
    lead: 'Flags for registries (credentials, TLS, time limits)',
    summary: 'Flags of every command that connects to a registry',
    description:
      'Credentials, headers and the client certificate go to the registry that they were given for, and to no other host. Image layouts and archives need only --referrers-in of these flags.',
  },
];

/** More commands than this are not listed behind a flag. */
const MAX_COMMANDS = 3;

/** The topic that shows a flag; undefined where the command's own help does. */
export function topicOf(flag: Command.Flag.Any, all: readonly Command.Flag.Any[]): SharedTopic['name'] | undefined {
  // The command verify shows its own; other commands verify on request, and report does with its columns.
  const isOnRequest = all.some(({ name }) => name === 'verify' || name === 'column');
  if (flag.helpGroup === 'TRUST' && !isOnRequest) return undefined;
  const selects = flag.name === 'platform' && all.some(({ helpGroup }) => helpGroup === 'SELECTION');
  const group = selects ? 'SELECTION' : flag.helpGroup;
  return SHARED.find((topic) => topic.group === group)?.name;
}

function groupOf({ helpGroup }: Command.Flag.Any): SharedTopic['name'] | undefined {
  return SHARED.find(({ group }) => group === helpGroup)?.name;
}

/** The flags of a topic, each once. */
export function sharedFlags(commands: readonly Command.Loadable[], topic: SharedTopic['name']): Command.Flag.Any[] {
  const found = new Map<string, { readonly flag: Command.Flag.Any; readonly ids: string[] }>();
  for (const { id, flags } of commands) {
    const all = Object.values(flags);
    for (const flag of all.filter((each) => (topicOf(each, all) ?? groupOf(each)) === topic)) {
      const known = found.get(flag.name);
      if (known === undefined) found.set(flag.name, { flag, ids: [id] });
      else known.ids.push(id);
    }
  }
  const key = ({ char, name }: Command.Flag.Any) => `${char ?? '~'}${name}`;
  const sorted = [...found.values()].sort((a, b) => (key(a.flag) < key(b.flag) ? -1 : 1));
  return sorted.map(({ flag, ids }) =>
    ids.length > MAX_COMMANDS || topic === 'trust'
      ? flag
      : { ...flag, summary: `${flag.summary} (${ids.join(', ').replaceAll(':', ' ')})` },
  );
}
