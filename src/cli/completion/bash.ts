import type { Completed, CompletedCommand } from './model.js';

/** The completion for bash 4 and newer; it needs no package of completions. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  const firsts = [...new Set(names.map((name) => name.split(' ', 1)[0] ?? ''))];
  const topics = firsts.filter((first) => !names.includes(first));
  const secondsOf = (topic: string) =>
    names.filter((name) => name.startsWith(`${topic} `)).map((name) => name.slice(topic.length + 1));
  return `# bash completion of remora. Load it: source <(remora completion bash)
_remora_flags() {
  case $1 in
${commands.map(({ name, flags }) => `    '${name}') REPLY='${flags.flatMap((flag) => flag.names).join(' ')}' ;;`).join('\n')}
    *) REPLY='--help --version' ;;
  esac
}
_remora_value() { # COMMAND FLAG: what the flag takes; empty for none
  case "$1 $2" in
${commands
  .flatMap(({ name, flags }) =>
    flags.flatMap(({ names: of, value }) =>
      value === undefined
        ? []
        : [`    ${of.map((flag) => `'${name} ${flag}'`).join(' | ')}) REPLY='${taken(value)}' ;;`],
    ),
  )
  .join('\n')}
    *) REPLY= ;;
  esac
}
_remora_argument() { # COMMAND INDEX: what the argument is
  case "$1 $2" in
${commands.flatMap(({ name, args }) => args.map((arg, index) => `    '${name} ${index}'${index === args.length - 1 ? ` | '${name} '*` : ''}) REPLY='${taken(arg)}' ;;`)).join('\n')}
    *) REPLY= ;;
  esac
}
_remora_complete() { # WHAT WORD: fills COMPREPLY
  local IFS=$'\\n' what=$1 word=$2 at
  case $what in
    file) mapfile -t COMPREPLY < <(compgen -f -- "$word") ; compopt -o filenames 2>/dev/null ;;
    directory) mapfile -t COMPREPLY < <(compgen -d -- "$word") ; compopt -o filenames 2>/dev/null ;;
    place | registry)
      mapfile -t COMPREPLY < <(remora completion bash --places "$word" 2>/dev/null)
      # A tag is written by others, and bash would run $(…) in it.
      for at in "\${!COMPREPLY[@]}"; do printf -v COMPREPLY[at] %q "\${COMPREPLY[at]}"; done
      compopt -o nospace 2>/dev/null
      ;;
    text | '') COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "\${what// /$'\\n'}" -- "$word")) ;;
  esac
}
_remora() {
  local line=\${COMP_LINE:0:COMP_POINT} words word command='' flag='' index=0 literal=''
  read -ra words <<<"$line"
  [[ $line == *' ' ]] && words+=('')
  word=\${words[-1]}
  local last=$((\${#words[@]} - 1)) at
  COMPREPLY=()
  for ((at = 1; at < last; at++)); do
    local each=\${words[at]}
    if [[ $flag ]]; then flag=''
    elif [[ $literal ]]; then ((index++))
    elif [[ $each == -- ]]; then literal=1
    elif [[ $each == -*=* ]]; then :
    elif [[ $each == -* ]]; then
      _remora_value "$command" "$each"
      [[ $REPLY ]] && flag=$each
    elif [[ ! $command ]]; then command=$each
    elif [[ ' ${topics.join(' ')} ' == *" $command "* ]]; then command="$command $each"
    else ((index++))
    fi
  done
  if [[ $flag ]]; then
    _remora_value "$command" "$flag"
    _remora_complete "$REPLY" "$word"
  elif [[ ! $literal && $word == --*=* ]]; then
    _remora_value "$command" "\${word%%=*}"
    _remora_complete "$REPLY" "\${word#*=}"
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("\${COMPREPLY[@]/#/\${word%%=*}=}")
    word=\${word#*=}
  elif [[ ! $literal && $word == -* ]]; then
    _remora_flags "$command"
    _remora_complete "$REPLY" "$word"
  elif [[ ! $command ]]; then _remora_complete '${firsts.join(' ')}' "$word"
  else
    case $command in
${topics.map((topic) => `      ${topic}) _remora_complete '${secondsOf(topic).join(' ')}' "$word" ;;`).join('\n')}
      *)
        _remora_argument "$command" "$index"
        _remora_complete "$REPLY" "$word"
        ;;
    esac
  fi
  # bash replaces the text behind the last colon alone.
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local before=\${word%"\${word##*:}"}
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  fi
}
complete -F _remora remora
`;
}

/** Words that stand for values are values themselves, in a list. */
function taken(value: Completed): string {
  return typeof value === 'string' ? value : value.join(' ');
}
