import { RemoraError } from '../../errors.js';
import { quote } from './quote.js';

/** True for a name that fits a pattern. */
export type NameMatcher = (name: string) => boolean;

/** NAME_MAX and PATH_MAX: longer names cannot be written, and would keep an expression busy. */
const MAX_COMPONENT = 255;
const MAX_NAME = 4096;

/**
 * Reads a pattern of file names: `*` and `?` stay within a component, `**` takes several, `[…]` and `{…,…}` as in a shell.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function parseGlob(glob: string): Promise<NameMatcher> {
  const { default: picomatch } = await import('picomatch');
  const fits = (() => {
    try {
      // Names are hostile: nested quantifiers are left out.
      return picomatch(glob.replace(/(?<=.)\/$/, ''), {
        dot: true,
        strictBrackets: true,
        nonegate: true,
        noextglob: true,
      });
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      throw invalid(glob, error.message);
    }
  })();
  return (name) => {
    const isShort = name.length <= MAX_NAME && name.split('/').every((part) => part.length <= MAX_COMPONENT);
    return isShort && fits(name);
  };
}

function invalid(glob: string, problem: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `pattern ${quote(glob)} cannot be read: ${problem}`, {
    found: glob,
    hint: "Write it like '*.json' or 'docs/**', or put a backslash before a character that is meant itself",
  });
}
