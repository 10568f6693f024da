import type { Completed, CompletedCommand } from './model.js';

/** The completion for fish 3 and newer. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  const topics = [...new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ', 1)[0] ?? ''))];
  const lines = commands.flatMap(({ name, summary, flags, args }) => {
    const [first = '', second] = name.split(' ');
    const own = `complete -c remora -n '__remora_runs ${name}'`;
    return [
      second === undefined
        ? `complete -c remora -n '__remora_runs' -fa ${first} -d '${summary}'`
        : `complete -c remora -n '__remora_runs ${first}' -fa ${second} -d '${summary}'`,
      ...flags.flatMap(({ names: of, summary: about, value }) => {
        const words = of.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const flag = `${own} ${words.join(' ')}`;
        // fish shows a description beside each value of its line, and beside a flag that of the flag's last line.
        return value === undefined
          ? [`${flag} -f -d '${about}'`]
          : [`${flag} -r ${taken(value)}`, `${flag} -r -d '${about}'`];
      }),
      ...args.map((arg, index) => {
        const at = index === args.length - 1 ? `-ge ${index}` : `-eq ${index}`;
        return `complete -c remora -n '__remora_runs ${name}; and test (__remora_arguments) ${at}' ${taken(arg)}`;
      }),
    ];
  });
  const seconds = names.filter((name) => name.includes(' ')).map((name) => name.replace(' ', '/'));
  return `# fish completion of remora. Load it: remora completion fish | source
function __remora_words # the words before the cursor without flags and the program
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        string match -q -- '-*' $word; or echo -- $word
    end
end
function __remora_command # the words of the command
    set -l words (__remora_words)
    if test (count $words) -ge 2; and contains -- "$words[1]/$words[2]" ${seconds.join(' ')}
        printf '%s\\n' $words[1..2]
    else if test (count $words) -ge 1
        echo -- $words[1]
    end
end
function __remora_runs # WORDS: whether the command is these words
    set -l command (__remora_command)
    test "$command" = "$argv"; and begin
        not contains -- "$command" ${topics.join(' ')}; or test (count (__remora_words)) -eq 1
    end
end
function __remora_arguments # how many arguments stand before the cursor
    math (count (__remora_words)) - (count (__remora_command))
end
complete -c remora -f
complete -c remora -n '__remora_runs' -l help -d 'Show help'
complete -c remora -n '__remora_runs' -l version -d 'Show the version'
${lines.join('\n')}
`;
}

function taken(value: Completed): string {
  if (value === 'file') return '-F';
  if (value === 'directory') return "-fa '(__fish_complete_directories)'";
  if (value === 'place' || value === 'registry')
    return "-fa '(remora completion fish --places (commandline -ct | string unescape) 2>/dev/null)'";
  return value === 'text' ? '-f' : `-fa '${value.join(' ')}'`;
}
