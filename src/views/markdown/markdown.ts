import { formatSize } from '../../oci/text/size.js';
import { inOrder } from '../../operations/results/in-order.js';
import type { Attached, Holding } from '../graph/graph.js';
import { bytesOf, digitsOf, formatOf, holdingName, kindOf, minutesOf, signerOf, titleOf } from '../graph/words.js';
import type { Note, Picture } from '../picture.js';
import { cell, code } from './code.js';

/** GitHub takes 65,536 characters in a comment. */
const MAX_TEXT = 60_000;

/**
 * A comment for a pull request. Its first line names the command and the subject for a bot that looks for its own comment to
 * update it; rows above the limit of GitHub are counted.
 */
export function markdown(picture: Picture): string {
  const { command, name, result, headline, notes } = picture;
  const head = [
    `<!-- remora ${command} ${marker(name)} -->`,
    `### ${code(name)}`,
    '',
    `${outcomeOf(picture)}${escaped(headline)}`,
    '',
    `Digest: ${code(result.digest)}`,
    ...notes.flatMap(alert),
  ];
  const { columns, rows } = tableOf(picture);
  if (rows.length === 0) return head.join('\n');
  const lines = [...head, '', row(columns), row(columns.map(() => '---'))];
  let length = lines.join('\n').length;
  for (const [index, cells] of rows.entries()) {
    const line = row(cells);
    length += line.length + 1;
    if (length > MAX_TEXT) {
      lines.push('', `${rows.length - index} more rows are left out: a comment has a limit of 65,536 characters.`);
      break;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** The subject in a comment of HTML, which two hyphens may end. */
function marker(name: string): string {
  return name
    .replace(/@.*$/s, '')
    .replace(/[^A-Za-z0-9._/:-]/g, '_')
    .replace(/-{2,}/g, '-');
}

const OUTCOMES = { verified: '✅ ', 'not-verified': '❌ ', unsigned: '❌ ', incomplete: '⚠️ ' } as const;

function outcomeOf({ result }: Picture): string {
  return 'outcome' in result ? OUTCOMES[result.outcome] : '';
}

/** A sentence whose parts are not known: what could be markup is written as a code span. */
function escaped(text: string): string {
  return /^[A-Za-z0-9 ,.;()-]*$/.test(text.replace(/: |(?<=\d):(?=\d)/g, ' ')) ? text : code(text);
}

function alert({ tone, parts }: Note): readonly string[] {
  const text = parts.map((part) => (typeof part === 'string' ? part : code(part.foreign))).join('');
  if (tone === 'good') return ['', `✅ ${text}`];
  return ['', `> [!${tone === 'warn' ? 'WARNING' : 'CAUTION'}]`, `> ${text}`];
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tableOf({ result }: Picture): Table {
  const { platforms = [] } = result;
  const above: readonly Holding[] = 'above' in result ? (result.above ?? []) : [];
  const holdings: readonly (readonly [string, Holding])[] = [
    ...above.map((one) => ['index', one] as const),
    [platforms.length > 0 ? 'index' : '', result],
    ...platforms.map((one) => [holdingName(one), one] as const),
  ];
  const rows = holdings.flatMap(([name, { referrers }]) => [...rowsOf(name, referrers, 0)]);
  const names = ['Platform', 'Kind', 'Format', 'File', 'Size', 'Created', 'Digest', 'Verdict', 'Signer'];
  // Columns without a value in any row are left out.
  const used = names.map((_, index) => rows.some((cells) => cells[index] !== ''));
  const kept = (cells: readonly string[]) => cells.filter((_, index) => used[index]);
  return { columns: kept(names), rows: rows.map(kept) };
}

function* rowsOf(platform: string, referrers: readonly Attached[], depth: number): Generator<readonly string[]> {
  for (const attached of inOrder(referrers)) {
    const { kind, verdict = '', created = '', digest } = attached;
    yield [
      cell(platform),
      `${'↳ '.repeat(Math.min(depth, 9))}${kind ?? cell(kindOf(attached))}`,
      formatOf(attached) ?? '',
      cell(titleOf(attached) ?? ''),
      formatSize(bytesOf(attached)),
      created === '' ? '' : escaped(minutesOf(created)).replaceAll('|', '\\|'),
      cell(digitsOf(digest)),
      verdict === '' ? '' : `${VERDICTS[verdict]} ${verdict}`,
      signer(attached),
    ];
    yield* rowsOf(platform, attached.referrers, depth + 1);
  }
}

const VERDICTS = { verified: '✅', wrong: '❌', unchecked: '❔' } as const;

function signer(attached: Attached): string {
  const who = signerOf(attached);
  if (who === undefined) return '';
  return attached.verdict === 'verified' ? cell(who) : `claimed: ${cell(who)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
