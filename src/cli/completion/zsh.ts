import type { Completed, CompletedCommand } from './model.js';

/** The completion for zsh 5 and newer. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  const topics = [...new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ', 1)[0] ?? ''))];
  const single = commands.filter(({ name }) => !name.includes(' '));
  const below = (topic: string) => commands.filter(({ name }) => name.startsWith(`${topic} `));
  return `#compdef remora
# zsh completion of remora. Load it: source <(remora completion zsh), or put it as _remora into a directory of fpath
_remora_places() {
  local -a places
  places=(\${(f)"$(remora completion zsh --places "\${(Q)PREFIX}" 2>/dev/null)"})
  compadd -S '' -Q -- \${(q)places}
}
_remora() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[Show help]' '(- *)--version[Show the version]' '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${[
  ...single.map(({ name, summary }) => `        '${name}:${summary}'`),
  ...topics.map(
    (topic) =>
      `        '${topic}:${below(topic)
        .map(({ name }) => name.slice(topic.length + 1))
        .join(', ')}'`,
  ),
].join('\n')}
      )
      _describe -t commands 'command' commands
      ;;
    rest)
      case $words[1] in
${single.map((command) => `        ${command.name}) ${argumentsOf(command)} ;;`).join('\n')}
${topics
  .map(
    (topic) => `        ${topic})
          _arguments -C '1: :->below' '*:: :->rest'
          case $state in
            below)
              local -a commands=(${below(topic)
                .map(({ name, summary }) => `'${name.slice(topic.length + 1)}:${summary}'`)
                .join(' ')})
              _describe -t commands 'command' commands
              ;;
            rest)
              case $words[1] in
${below(topic)
  .map((command) => `                ${command.name.slice(topic.length + 1)}) ${argumentsOf(command)} ;;`)
  .join('\n')}
              esac
              ;;
          esac
          ;;`,
  )
  .join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _remora ]]; then _remora "$@"; else compdef _remora remora; fi
`;
}

function argumentsOf({ flags, args }: CompletedCommand): string {
  const specs = flags.map(({ names, summary, value }) => {
    const [name = ''] = names;
    const ends = value === undefined ? '' : `:value:${taken(value)}`;
    const isLong = value !== undefined;
    const spellings = names.map((each) => (isLong && each.startsWith('--') ? `${each}=` : each));
    return spellings.length === 1
      ? `'*${spellings[0] ?? name}[${summary}]${ends}'`
      : `'*'{${spellings.join(',')}}'[${summary}]${ends}'`;
  });
  const positions = args.map((arg, index) => `'${index === args.length - 1 ? '*' : index + 1}:argument:${taken(arg)}'`);
  return `_arguments -s ${[...specs, ...positions].join(' ')}`;
}

function taken(value: Completed): string {
  if (value === 'file') return '_files';
  if (value === 'directory') return '_files -/';
  if (value === 'place' || value === 'registry') return '_remora_places';
  return value === 'text' ? ' ' : `(${value.join(' ')})`;
}
