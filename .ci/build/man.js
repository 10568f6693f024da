import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a manual page for the program and for each of its commands, from the manifest that help is made of.
 *
 * @param {string} folder where `remora.1`, `remora-repo-tags.1` and the others go
 */
export function writeManual(folder) {
  mkdirSync(folder, { recursive: true });
  const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'));
  const shown = Object.values(commands).filter(({ id, hidden, aliases }) => !hidden && !aliases.includes(id));
  const write = (name, sections) => {
    const head = `.TH "${name.toUpperCase()}" "1" "" "remora ${version}" "remora"`;
    const text = sections.filter(([, body]) => body !== '').map(([title, body]) => `.SH ${title}\n${body}`);
    // A hyphen or a gap that a formatter adds looks like a part of a name.
    writeFileSync(`${folder}/${name}.1`, `${[head, '.nh', '.ad l', ...text].join('\n')}\n`);
  };
  write('remora', [
    ['NAME', `remora \\- ${roff(description)}`],
    ['SYNOPSIS', '.B remora\n.I COMMAND\n[\\fIFLAGS\\fR]'],
    ['COMMANDS', shown.map(({ id, summary }) => item(`\\fBremora\\-${roff(id.replaceAll(':', '-'))}\\fR(1)`, summary)).join('\n')],
    ['EXIT STATUS', exitCodes()],
    ['SEE ALSO', ['selection', 'trust', 'sides', 'connection', 'places', 'exit\\-codes'].map((name) => `\\fBremora help ${name}\\fR`).join(', ')],
  ]);
  for (const { id, summary, description: about = '', args, flags, examples = [] } of shown) {
    const words = id.replaceAll(':', ' ');
    const own = Object.values(flags).filter(({ hidden }) => !hidden);
    write(`remora-${id.replaceAll(':', '-')}`, [
      ['NAME', `remora-${id.replaceAll(':', '-')} \\- ${roff(summary)}`],
      ['SYNOPSIS', `.B remora ${roff(words)}\n${Object.values(args).map(argument).join(' ')} [\\fIFLAGS\\fR]`],
      ['DESCRIPTION', roff(about)],
      ['ARGUMENTS', Object.values(args).map((arg) => item(`\\fI${roff(arg.name.toUpperCase())}\\fR`, arg.description)).join('\n')],
      ['FLAGS', own.map((flag) => item(label(flag), meaning(flag))).join('\n')],
      ['EXAMPLES', examples.map((example) => `${roff(example.description)}:\n.PP\n.nf\n.RS\n${roff(example.command.replaceAll('<%= config.bin %>', 'remora'))}\n.RE\n.fi`).join('\n.PP\n')],
      ['SEE ALSO', seeAlso(id, own, shown)],
    ]);
  }
}

/** Commands that work on the same thing. */
const FAMILIES = [
  ['attach', 'discover', 'pull', 'detach', 'report'],
  ['sign', 'attest', 'verify', 'report'],
  ['push', 'pull', 'copy', 'inspect'],
  ['tag', 'resolve', 'repo:tags', 'manifest:delete'],
  ['check', 'prune', 'detach', 'manifest:delete'],
  ['serve', 'browse', 'repo:list'],
  ['login', 'logout'],
];
const TOPICS = { SELECTION: 'selection', TRUST: 'trust', SIDES: 'sides', REGISTRY: 'connection' };

/** The pages of commands that belong together, then the topics of help. */
function seeAlso(id, flags, shown) {
  const [topic, below] = id.split(':');
  const near = below === undefined ? [] : shown.map((command) => command.id).filter((other) => other.startsWith(`${topic}:`));
  const related = [...near, ...FAMILIES.filter((family) => family.includes(id)).flat()].filter((other) => other !== id);
  const pages = ['remora', ...new Set(related.map((other) => `remora-${other.replaceAll(':', '-')}`))];
  const groups = new Set(flags.map(({ helpGroup }) => helpGroup));
  const topics = Object.entries(TOPICS).flatMap(([group, name]) => (groups.has(group) ? [name] : []));
  const helps = [...topics, 'places', 'exit-codes'].map((name) => `\\fBremora help ${roff(name)}\\fR`);
  return `${pages.map((page) => `\\fB${roff(page)}\\fR(1)`).join(', ')}\n.PP\n${helps.join(', ')}`;
}

function argument({ name, required, multiple }) {
  const word = `\\fI${roff(name.toUpperCase())}\\fR${multiple ? '...' : ''}`;
  return required ? word : `[${word}]`;
}

function label({ name, char, type, allowNo, helpValue, options }) {
  const value = type === 'boolean' ? '' : `=\\fI${roff(options ? name.toUpperCase() : [helpValue ?? 'VALUE'].flat().join(' '))}\\fR`;
  return `${char ? `\\fB\\-${char}\\fR, ` : ''}\\fB\\-\\-${allowNo ? '[no\\-]' : ''}${roff(name)}\\fR${value}`;
}

function meaning({ summary, description = '', options = [] }) {
  const text = summary ?? description;
  return options.length === 0 || text.includes(options.join(', ')) ? text : `${text}: ${options.join(', ')}`;
}

function item(title, text = '') {
  return `.TP\n${title}\n${roff(text)}`;
}

/** The table of docs/exit-codes.md. */
function exitCodes() {
  const rows = readFileSync('docs/exit-codes.md', 'utf8').matchAll(/^\| (\d+) \| (.*) \|$/gm);
  return [...rows].map(([, code, meaning]) => item(`\\fB${code}\\fR`, meaning)).join('\n');
}

/** Text that roff shows as it is. */
function roff(text) {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(?=[.'])/gm, '\\&');
}
