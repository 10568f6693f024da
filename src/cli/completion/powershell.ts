import type { Completed, CompletedCommand } from './model.js';

/** The completion for PowerShell. It is not tested: no PowerShell is there to run it. */
export function powershellCompletion(commands: readonly CompletedCommand[]): string {
  const rows = commands.map(({ name, summary, flags }) => {
    const each = flags.flatMap(({ names, value }) =>
      names.map(
        (flag) =>
          `'${flag}' = @(${valuesOf(value)
            .map((word) => `'${word}'`)
            .join(', ')})`,
      ),
    );
    return `  '${name}' = @{ Summary = '${summary}'; Flags = @{ ${each.join('; ')} } }`;
  });
  return `# PowerShell completion of remora, untested. Load it: remora completion powershell | Out-String | Invoke-Expression
$remoraCommands = @{
${rows.join('\n')}
}
Register-ArgumentCompleter -Native -CommandName remora -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() } | Select-Object -Skip 1)
  if ($word) { $words = @($words | Select-Object -SkipLast 1) }
  $plain = @($words | Where-Object { -not $_.StartsWith('-') })
  $command = @(($plain[0..1] -join ' '), $plain[0]) | Where-Object { $_ -and $remoraCommands.ContainsKey($_) } | Select-Object -First 1
  $before = if ($words.Count) { $words[-1] } else { '' }
  if ($command) {
    $flags = $remoraCommands[$command].Flags
    $found = if ($flags[$before]) { $flags[$before] } elseif ($word.StartsWith('-')) { $flags.Keys | Sort-Object }
    else { remora completion powershell --places $word }
  } else {
    $start = if ($plain.Count) { "$($plain[0]) " } else { '' }
    $found = $remoraCommands.Keys | Where-Object { $_.StartsWith($start) } | ForEach-Object { $_.Substring($start.Length).Split(' ')[0] } | Sort-Object -Unique
  }
  $found | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}

function valuesOf(value: Completed | undefined): readonly string[] {
  return value === undefined || typeof value === 'string' ? [] : value;
}
