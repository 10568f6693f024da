/** Completes the command reference that `oclif readme --multi` has written: links, and the flags that commands share. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const index = 'docs/commands/README.md';
const links = readFileSync(index, 'utf8').replaceAll('](docs/commands/', '](').replace('# Command Topics\n\n', '');
writeFileSync(index, links);

for (const topic of ['connection', 'selection', 'sides', 'trust']) {
  const help = execFileSync(process.execPath, ['dist/bin.js', 'help', topic], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '120', NO_COLOR: '1' },
  });
  const text = help
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
  const title = `\`remora help ${topic}\``;
  writeFileSync(`docs/commands/${topic}.md`, `${title}\n${'='.repeat(title.length)}\n\n\`\`\`\n${text}\n\`\`\`\n`);
}
