import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';

interface Flag {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly allowNo?: boolean | undefined;
}

/** Dashes that programs for texts make of "-". */
const DASH = '\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d';
const WORD = new RegExp(`^([-${DASH}]+)(([a-z])[\\w-]*)(?:=.*|\\r)?$`, 'is');

/**
 * Refuses words that are written like a flag of the command, and that oclif takes for an argument, for other flags, or for
 * a flag and its value: `–kind`, `-kind`, `--json=false`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, which shows no value
 */
export function refuseFlagWords(
  argv: readonly string[],
  flags: Readonly<Record<string, Flag>>,
  hasJson: boolean,
): void {
  const all: Readonly<Record<string, Flag>> = {
    ...flags,
    help: { type: 'boolean', char: 'h' },
    ...(hasJson ? { json: { type: 'boolean' } as const } : {}),
  };
  const end = argv.indexOf('--');
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    const [, dashes = '', name = '', char] = WORD.exec(word) ?? [];
    const flag = all[name] ?? (name.startsWith('no-') ? all[name.slice('no-'.length)] : undefined);
    const isLetter = name.length === 1 && Object.values(all).some((each) => each.char === char);
    if (flag === undefined && !isLetter) continue;
    const typed = `--${name}`;
    if (/[^-]/.test(dashes))
      throw refused(
        `flag ${quote(dashes + name)} begins with a dash that is not "-"`,
        `Write ${isLetter ? `-${name}` : typed}`,
      );
    if (flag === undefined) continue;
    if (dashes === '-' && name.length > 1)
      throw refused(`flag -${name} begins with one "-", wanted two`, `Write ${typed}`);
    if (word.endsWith('\r') && word === `${typed}\r`)
      throw refused(`flag ${typed} ends in a carriage return`, 'The script may have line ends of Windows');
    if (flag.type === 'boolean' && word.startsWith(`${typed}=`)) {
      const off = flag.allowNo && all[name] !== undefined ? `Write --no-${name}` : `Leave out ${typed}`;
      throw refused(`${typed} takes no value`, word.endsWith('=false') ? off : `Write ${typed} alone`, typed);
    }
  }
}

function refused(message: string, hint: string, found?: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { hint, ...(found === undefined ? {} : { found }) });
}
