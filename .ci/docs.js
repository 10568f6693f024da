/**
 * Completes the command reference that `oclif readme --multi` has written: links, and the flags that commands share. Lists the
 * manual pages in package.json.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

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

// npm installs the pages that `man` lists, and none of a folder that `directories` names (npm 11.19).
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
manifest.man = readdirSync('dist/man')
  .sort()
  .map((page) => `dist/man/${page}`);
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
