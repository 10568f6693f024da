import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from './support/peers.js';
import { tempDir } from './support/temp.js';

const root = fileURLToPath(new URL('..', import.meta.url));

it('shows in the README what commands really print', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/```console\n(\$ remora [\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(shown).toHaveLength(10);
  const cwd = await tempDir();
  await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
  await writeFile(join(cwd, 'schema.json'), '{"type":"object"}\n');
  await writeFile(join(cwd, 'sbom.spdx.json'), '{"spdxVersion":"SPDX-2.3"}\n');
  const vex = '{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-01-31T12:00:00Z","statements":[]}\n';
  await writeFile(join(cwd, 'vex.json'), vex);
  for (const block of shown) {
    const [command = ''] = block.split('\n');
    const words = command.replace('$ remora ', '').split(' ');
    const { stdout } = await run(process.execPath, [join(root, 'dist', 'bin.js'), ...words], { cwd });
    expect(`${command}\n${stdout}`).toBe(block);
  }
});

it('shows a program of ten lines that runs', async () => {
  const [readme, example] = await Promise.all(
    ['README.md', 'examples/library.js'].map((file) => readFile(join(root, file), 'utf8')),
  );
  expect(readme).toContain(`\`\`\`js\n${example}\`\`\``);
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.spdx.json'), '{"spdxVersion":"SPDX-2.3"}\n');
  await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
  await run(process.execPath, [join(root, 'dist', 'bin.js'), 'push', 'oci:./layout:v1', 'app.yaml'], { cwd });
  const { stdout, stderr } = await run(process.execPath, [join(root, 'examples', 'library.js')], { cwd });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^application\/spdx\+json sha256:[0-9a-f]{64} layout-entry\n$/);
  expect(await readFile(join(cwd, 'out', 'sbom.spdx.json'), 'utf8')).toBe('{"spdxVersion":"SPDX-2.3"}\n');
});
