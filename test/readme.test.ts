import { createPrivateKey, createPublicKey } from 'node:crypto';
import { access, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core/command';
import { parse as parseWords } from '@oclif/core/parser';
import { describe, expect, it } from 'vitest';
import { guardStandardInput } from '../src/cli/input/standard-input.js';
import { openLayout } from '../src/store/layout/store.js';
import { nineteen } from './cli/output/support/nineteen.js';
import { run } from './support/peers.js';
import { REMORA } from './support/remora.js';
import { shellCommands } from './support/shell-commands.js';
import { tempDir } from './support/temp.js';
import { noTerminal } from './support/terminal.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The pages with blocks that run: each continues with the files that the one before has left. */
const STORY = ['README.md', 'docs/finding.md', 'docs/pictures.md', 'docs/checking.md', 'docs/verify.md'];

async function pages(): Promise<string[]> {
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs.map((name) => `docs/${name}`)];
}

const read = (file: string) => readFile(join(root, file), 'utf8');

/** A command with its output; with a width, as a terminal of so many columns shows it. */
interface Block {
  readonly file: string;
  readonly width: string | undefined;
  readonly text: string;
}

async function blocksOf(file: string): Promise<readonly Block[]> {
  const found = (await read(file)).matchAll(/```console(?: width=(\d+))?\n(\$ remora [\s\S]*?)```/g);
  return [...found].map(([, width, text = '']) => ({ file, width, text }));
}

/** The day on which the terminals of the pages are looked at: ages count from it. */
const CLOCK = `
  const now = Date.parse('2026-11-27T12:00:00Z');
  globalThis.Date = class extends Date {
    constructor(...parts) {
      if (parts.length === 0) super(now);
      else super(...parts);
    }
    static now = () => now;
  };
`;

/** Standard output, of a pipe or of a terminal without colour. */
async function outputOf(words: string, width: string | undefined, cwd: string): Promise<string> {
  const program = join(root, 'dist', 'bin.js');
  if (width === undefined) return (await run(process.execPath, [program, ...words.split(' ')], { cwd })).stdout;
  await writeFile(join(cwd, 'clock.mjs'), CLOCK);
  const command = `stty cols ${width} rows 50; ${process.execPath} --import ./clock.mjs ${program} ${words} 2>/dev/null`;
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', TERM: 'xterm' };
  return (await run('script', ['-qec', command, '/dev/null'], { cwd, env })).stdout.replaceAll('\r\n', '\n');
}

/** An image with 19 attachments, those of the comparison in the README. */
async function writeImage(directory: string): Promise<void> {
  const store = await openLayout(directory, { create: true });
  const { digest } = await nineteen(store);
  await store.tagManifest(await store.manifest({ digest }), ['v1']);
}

/** The key of the pages: RFC 8410 makes its file of 32 bytes. */
const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
  ]),
  format: 'der',
  type: 'pkcs8',
});

it('shows in the README and in docs/ what commands really print', { timeout: 120_000 }, async () => {
  const shown = (await Promise.all(STORY.map(blocksOf))).flat();
  // The first steps have a registry and a home of their own: test/install.test.ts.
  const others = (await pages()).filter((page) => page !== 'docs/first-steps.md');
  const all = (await Promise.all(others.map(blocksOf))).flat();
  expect(shown.length).toBeGreaterThanOrEqual(10);
  expect(all, 'a page with blocks is missing in the list above').toHaveLength(shown.length);
  const cwd = await tempDir();
  await writeImage(join(cwd, 'image'));
  await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
  await writeFile(join(cwd, 'schema.json'), '{"type":"object"}\n');
  await writeFile(join(cwd, 'sbom.spdx.json'), '{"spdxVersion":"SPDX-2.3"}\n');
  const vex = '{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-01-31T12:00:00Z","statements":[]}\n';
  await writeFile(join(cwd, 'vex.json'), vex);
  await writeFile(join(cwd, 'release.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(cwd, 'release.pub'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  let isSigned = false;
  for (const { file, width, text } of shown) {
    if (width !== undefined && noTerminal !== undefined) continue;
    const [command = ''] = text.split('\n');
    const words = command.replace('$ remora ', '');
    const made = `${command}\n${await outputOf(words, width, cwd)}`;
    // A signature's manifest has the time at which it was made.
    isSigned ||= words.startsWith('sign ');
    const comparable = (each: string) => (isSigned ? each.replace(/sha256:[0-9a-f]{64}/g, 'sha256:…') : each);
    // With REMORA_WRITE_BLOCKS=1 the pages are changed instead.
    if (process.env.REMORA_WRITE_BLOCKS === '1' && comparable(made) !== comparable(text))
      await writeFile(
        join(root, file),
        (await read(file)).replace(text, () => made),
      );
    else expect(comparable(made)).toBe(comparable(text));
  }
});

it('shows the program that attaches and lists', async () => {
  const [readme, example] = await Promise.all(['README.md', 'examples/attach.js'].map(read));
  expect(readme).toContain(`\`\`\`js\n${example}\`\`\``);
});

it('keeps the README to 300 lines', async () => {
  expect((await read('README.md')).split('\n').length).toBeLessThanOrEqual(301);
});

it('has no link that leads nowhere', async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    for (const [, link = ''] of (await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      const found = await access(join(root, target)).then(
        () => true,
        () => false,
      );
      if (!found || (anchor !== undefined && !anchors(await read(target)).includes(anchor)))
        broken.push(`${page}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});

/** As they are made of headings where Markdown is shown. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('commands that are shown', () => {
  const { commands } = createRequire(import.meta.url)(join(dirname(REMORA), 'program.cjs'));
  const ids = new Map<string, typeof Command>(Object.entries<typeof Command>(commands));

  /** Reads one command line as the program does. */
  async function parse(words: readonly string[]): Promise<unknown> {
    const [first = '', second = ''] = words;
    const isNested = ids.has(`${first}:${second}`);
    const id = isNested ? `${first}:${second}` : first;
    const command = [...ids].find(([name, { aliases }]) => name === id || aliases?.includes(id))?.[1];
    if (command === undefined) throw new Error(`${id} is not a command`);
    const { args, flags, baseFlags } = command;
    const { json: _, ...rest } = { ...baseFlags, ...flags };
    const argv = words.slice(isNested ? 2 : 1).filter((word) => word !== '--json');
    return parseWords(['attach', 'push'].includes(id) ? guardStandardInput(argv) : argv, {
      args,
      flags: rest,
      strict: true,
    });
  }

  it.each([...ids.keys()])('work when they are pasted: the examples of %s', async (id) => {
    const examples = ids.get(id)?.examples ?? [];
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.length).toBeLessThanOrEqual(3);
    for (const example of examples) {
      if (typeof example === 'string') throw new Error('an example has a description');
      const parsed = await shellCommands(example.command.replaceAll('<%= config.bin %>', 'remora'));
      expect(parsed.length).toBeGreaterThan(0);
      for (const words of parsed) await parse(words);
    }
  });

  it('have flags and arguments that exist: the pages', { timeout: 120_000 }, async () => {
    for (const page of await pages()) {
      const text = await read(page);
      const blocks = [...text.matchAll(/```(?:sh|console)(?: width=\d+)?\n([\s\S]*?)```/g)].map(
        ([, block = '']) => block,
      );
      const lines = blocks
        .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
        .map((line) => line.replace(/^\$ /, ''));
      const inline = page.startsWith('docs/coming-from/')
        ? [...text.matchAll(/(?<=^\|.*)`(remora [^`]+)`/gm)].map(([, command = '']) => command)
        : [];
      for (const line of [...lines, ...inline].filter((each) => /^(?:[^#]*\| )?remora [a-z]/.test(each)))
        for (const words of await shellCommands(line))
          await parse(words).catch((error: unknown) => {
            throw new Error(`${page}: ${line}`, { cause: error });
          });
    }
  });
});

it('has generated files that are what the commands say: oclif.manifest.json, docs/commands and docs/json.md', {
  timeout: 120_000,
}, async () => {
  const copy = await tempDir();
  for (const name of ['package.json', 'dist', 'docs', '.ci/docs.js', '.ci/json-reference.js'])
    await cp(join(root, name), join(copy, name), { recursive: true });
  await mkdir(join(copy, 'docs', 'commands'), { recursive: true });
  for (const name of ['node_modules', 'tsconfig.json']) await symlink(join(root, name), join(copy, name));
  const oclif = join(root, 'node_modules', 'oclif', 'bin', 'run.js');
  const { scripts } = JSON.parse(await read('package.json'));
  const [build, ...steps] = scripts.docs.split(' && ').map((step: string) => step.split(' '));
  expect(build).toEqual(['npm', 'run', 'build']);
  for (const [program, ...words] of steps)
    await run(process.execPath, program === 'oclif' ? [oclif, ...words] : words, { cwd: copy });

  const stale = 'stale: npm run docs';
  // oclif writes the commands in the order in which the file system lists them.
  const [made, committed] = await Promise.all(
    [copy, root].map(async (directory) => JSON.parse(await readFile(join(directory, 'oclif.manifest.json'), 'utf8'))),
  );
  expect(made, stale).toEqual(committed);
  const names = await readdir(join(root, 'docs', 'commands'));
  expect((await readdir(join(copy, 'docs', 'commands'))).sort(), stale).toEqual(names.sort());
  for (const name of names)
    expect(await readFile(join(copy, 'docs', 'commands', name), 'utf8'), stale).toBe(
      await read(`docs/commands/${name}`),
    );
  expect(await readFile(join(copy, 'docs', 'json.md'), 'utf8'), stale).toBe(await read('docs/json.md'));
  // Each page belongs to a command, or to the flags that commands share.
  const topics = new Set(Object.keys(made.commands).map((id) => id.split(':')[0]));
  expect(names.map((name) => name.replace('.md', '')).sort()).toEqual(
    [...topics, 'README', 'connection', 'selection', 'sides', 'trust'].sort(),
  );
});
