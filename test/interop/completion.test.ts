import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPeers } from '../support/peers.js';
import { REMORA, remora } from '../support/remora.js';

/** Each prints what a shell completes a line to, a word a line. */
const ASK = {
  bash: `source ./completion
COMP_LINE=$1 COMP_POINT=\${#1}
_remora
printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: `source ./completion
complete -C $argv[1] | string replace -r '\\t.*' ''`,
  zsh: `zmodload zsh/zpty
zpty shell 'zsh -f -i'
# The functions of completions come in their order from the terminal: the last prompt ends them.
zpty -w shell 'PS1=; autoload -U compinit; compinit -u -d ./dump; source ./completion; zstyle ":completion:*" list-grouped no'
zpty -w shell 'show() { print -r -- "<<"; for each in "$@"; do print -r -- "$each"; done; print -r -- ">>"; }'
zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; (( $#found )) && show "$found[@]"; builtin compadd "$@"; }'
zpty -w shell 'print READY'
zpty -r -m shell out '*READY*READY*'
zpty -n -w shell "$1"$'\\t'
all=
for round in {1..80}; do
  sleep 0.2
  while zpty -r -t shell out; do all+=$out; done
  [[ $all == *'>>'* ]] && break
done
sleep 0.5
while zpty -r -t shell out; do all+=$out; done
print -rn -- "$all"
zpty -d shell`,
} as const;

/** Tags that others write into a layout. */
const EVIL = ['evil-ok', 'e$(touch RUN)', 'e`touch RUN`', 'e;touch RUN', 'e*', 'e"\'', 'e\nx', 'e\u001b[31m'];

const LINES: readonly (readonly [line: string, wanted: readonly string[], unwanted: readonly string[]])[] = [
  ['remora disc', ['discover'], ['copy']],
  ['remora repo ', ['list', 'tags'], ['discover']],
  ['remora discover --requ', ['--require', '--require-on'], ['--via']],
  ['remora discover --kind s', ['sbom', 'signature', 'scan'], ['vex']],
  ['remora discover --via cos', ['cosign-tag'], ['api']],
  ['remora pull --format sp', ['spdx'], ['cyclonedx']],
  ['remora completion f', ['fish'], ['bash']],
  ['remora help ', ['copy', 'repo', 'selection', 'exit-codes', 'places'], ['sbom']],
  ['remora discover oci:./my', ['oci:./my-layout:'], []],
  ['remora discover oci:./my-layout:', ['oci:./my-layout:v1', 'oci:./my-layout:v2'], []],
  ['remora copy oci:./my-layout:v1 ghc', ['ghcr.io/'], ['registry.example/']],
  ['remora push oci:./my-layout:v3 fi', ['file.txt'], ['my-layout']],
];

for (const shell of ['bash', 'zsh', 'fish'] as const)
  describeWithPeers(`the completion for ${shell}`, shell === 'bash' ? [] : [shell], () => {
    let folder = '';

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'remora-completion-'));
      await Promise.all(['bin', '.docker'].map((name) => mkdir(join(folder, name))));
      await writeFile(join(folder, 'bin', 'remora'), `#!/bin/sh\nexec '${process.execPath}' '${REMORA}' "$@"\n`);
      await chmod(join(folder, 'bin', 'remora'), 0o755);
      await writeFile(join(folder, 'file.txt'), 'text');
      const auths = { 'ghcr.io': {}, 'registry.example': {} };
      await writeFile(join(folder, '.docker', 'config.json'), JSON.stringify({ auths }));
      expect((await remora(['push', 'oci:./my-layout:v1,v2', 'file.txt'], { cwd: folder })).code).toBe(0);
      expect((await remora(['copy', 'oci:./my-layout:v1', 'oci:./evil'], { cwd: folder })).code).toBe(0);
      const path = join(folder, 'evil', 'index.json');
      const index = JSON.parse(await readFile(path, 'utf8'));
      const manifests = EVIL.map((tag) => ({
        ...index.manifests[0],
        annotations: { 'org.opencontainers.image.ref.name': tag },
      }));
      await writeFile(path, JSON.stringify({ ...index, manifests }));
      await writeFile(join(folder, 'completion'), (await remora(['completion', shell])).stdout);
    });

    afterAll(() => rm(folder, { recursive: true, force: true }));

    const ask = (line: string) => {
      const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, TERM: 'dumb', LANG: 'C.UTF-8' };
      const options = { cwd: folder, env, encoding: 'utf8', timeout: 60_000 } as const;
      const { stdout, stderr } = spawnSync(
        shell,
        ['-c', ASK[shell], ...(shell === 'fish' ? [] : [shell]), line],
        options,
      );
      return { stdout, stderr };
    };

    it(`writes no tag that the shell would run, in ${shell}`, () => {
      const { stdout, stderr } = ask('remora discover oci:./evil:e');
      expect(stderr).toBe('');
      expect(stdout).toContain('evil-ok');
      expect(stdout).not.toContain('\u001b[31m');
      expect(existsSync(join(folder, 'RUN'))).toBe(false);
      if (shell !== 'bash') return;
      // The shell that reads the completed words again gets the tags, and runs nothing.
      const again = spawnSync('bash', ['-c', `printf '%s\\n' ${stdout.trim().split('\n').join(' ')}`], { cwd: folder });
      expect(existsSync(join(folder, 'RUN'))).toBe(false);
      expect(again.stdout.toString().split('\n')).toEqual(
        expect.arrayContaining(EVIL.filter((tag) => !/\p{Cc}/u.test(tag))),
      );
    });

    it.runIf(shell === 'fish')('describes a flag, and none of its values', () => {
      const shown = (line: string) =>
        spawnSync('fish', ['-c', `source ./completion; complete -C '${line}'`], { cwd: folder, encoding: 'utf8' })
          .stdout;
      expect(shown('remora discover --form')).toMatch(/^--format\tHow to show the result$/m);
      expect(shown('remora discover --format ').trim().split('\n')).toEqual(
        expect.arrayContaining(['tree', 'table', 'html']),
      );
    });

    it.each(LINES)(`%s in ${shell}`, (line, wanted, unwanted) => {
      const { stdout, stderr } = ask(line);
      expect(stderr).toBe('');
      // bash replaces the text behind the last colon alone.
      const whole = shell === 'bash' ? line.slice(line.lastIndexOf(' ') + 1).replace(/[^:]*$/, '') : '';
      const words = stdout.split(/\s+/).map((word) => whole + word);
      for (const word of wanted) expect(words).toContain(word);
      for (const word of unwanted) expect(words).not.toContain(word);
    });
  });
