import COSIGN from '../../../docs/coming-from/cosign.md?raw';
import CRANE from '../../../docs/coming-from/crane.md?raw';
import NOTATION from '../../../docs/coming-from/notation.md?raw';
import ORAS from '../../../docs/coming-from/oras.md?raw';
import REGCTL from '../../../docs/coming-from/regctl.md?raw';
import SKOPEO from '../../../docs/coming-from/skopeo.md?raw';
import { plainText } from './markdown.js';
import { nearest } from './nearest.js';

/** The pages for users of other tools; what several of them have is taken from the first. */
const PAGES = { oras: ORAS, regctl: REGCTL, crane: CRANE, skopeo: SKOPEO, cosign: COSIGN, notation: NOTATION };

/** A row of a page: what another tool has, and what remora has for it. */
interface Row {
  readonly tool: string;
  /** The commands and flags of the first cell, without the tool's name: `manifest fetch REF`, `--oci-layout`. */
  readonly theirs: readonly string[];
  /** Those of them that are commands, the words alone: `manifest fetch`. */
  readonly commands: readonly string[];
  readonly here: string;
}

/** Words that some tools have for those of others. */
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ls: 'list',
    rm: 'delete',
    cert: 'certificate',
    cp: 'copy',
    repository: 'repo',
    images: 'image',
    artifacts: 'artifact',
  }),
);

/**
 * `Coming from oras manifest fetch: remora manifest get REF` for words that are a command of another tool, the longest.
 *
 * @param least fewer words are not enough
 * @param of the tool; any by default
 */
export function commandElsewhere(words: readonly string[], least: number, of?: string): string | undefined {
  for (let count = words.length; count >= least; count--) {
    const typed = words.slice(0, count);
    const same = typed.map((word) => SAME.get(word) ?? word).join(' ');
    const all = [...rows()].filter(({ tool }) => of === undefined || tool === of);
    for (const wanted of new Set([typed.join(' '), same]))
      for (const { tool, commands, here } of all)
        if (commands.includes(wanted)) return `Coming from ${tool} ${wanted}: ${here}`;
  }
  return undefined;
}

/** The flag of another tool that a mistyped flag is nearest to, among those that have a hint for the command. */
export function nearFlagElsewhere(command: string, typed: string, known: readonly string[]): string | undefined {
  const names = [...rows()].flatMap(({ theirs }) =>
    theirs.flatMap((text) => text.match(/(?<=^|[ ])--[a-z][\w-]*/g) ?? []),
  );
  const [near] = nearest(typed.slice(2), new Set(names.map((name) => name.slice(2))));
  return near === undefined ? undefined : flagElsewhere(command, `--${near}`, known);
}

/**
 * `Coming from oras --oci-layout: not needed: …` for a flag of another tool: of the same command, or of all its commands.
 *
 * @param known the flags of the command: a hint names no others
 */
export function flagElsewhere(command: string, flag: string, known: readonly string[]): string | undefined {
  const fits = [...rows()]
    .filter(({ theirs }) => theirs.some((text) => text.split(/[ =]/).includes(flag)))
    .map((row) => ({ ...row, here: ofCommand(row.here, command, known) }))
    .filter(({ here }) => here !== '' && here !== flag);
  const same = fits.find(({ theirs }) => theirs.some((text) => wordsOf(text) === command));
  // A letter means something else in each tool: only the tool that is nearest counts.
  const general = fits.filter(({ tool }) => flag.startsWith('--') || tool === 'oras');
  const found = same ?? general.find(({ theirs }) => theirs[0]?.startsWith('-'));
  return found && `Coming from ${found.tool} ${flag}: ${found.here}`;
}

/** Of `--insecure, copy --from-insecure` what the command has: `--insecure` for `discover`. */
function ofCommand(here: string, command: string, known: readonly string[]): string {
  const parts = here.split(/, (?=(?:[a-z]+ )*-)/).filter((part) => {
    const [, other = command] = /^(?:or )?([a-z]+(?: [a-z]+)?) -/.exec(part) ?? [];
    const flags = part.replace(/remora [^;,]*/g, '').match(/(?<=^|[ "])--?[a-z][\w-]*/gi) ?? [];
    return other === command && flags.every((name) => known.includes(name));
  });
  return parts.join(', ').replace(/^or /, '');
}

/** The words before the first argument or flag. */
function wordsOf(text: string): string {
  const words = text.split(' ');
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return words.slice(0, end < 0 ? words.length : end).join(' ');
}

function* rows(): Generator<Row> {
  for (const [tool, page] of Object.entries(PAGES))
    for (const [, first = '', here = ''] of page.matchAll(/^\| (.*?`.*?) \| (.*) \|$/gm)) {
      const texts = [...first.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
      const theirs = texts.map((text) => text.replace(`${tool} `, ''));
      // A row that begins with words tells a habit, such as a loop around a command.
      const named = first.startsWith('`') ? texts.filter((text) => text.startsWith(`${tool} `)) : [];
      const commands = named.map((text) => wordsOf(text.slice(tool.length + 1)));
      yield { tool, theirs, commands, here: plainText(here) };
    }
}
