import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';

/** Characters without a width, which HFS+ and case-insensitive directories of Linux leave out of a name. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Text that is equal for names which some file system takes for one: it ignores letter case (with full case folding, `ß`
 * is `ss`, as APFS and ext4 have it), the forms NFC and NFD, characters without a width, and dots and spaces at the end of
 * a component.
 */
export function nameKey(name: string): string {
  return name.split('/').map(componentKey).join('/');
}

function componentKey(part: string): string {
  return folded(part).replace(/(?<![. ])[. ]+$/, '');
}

function folded(part: string): string {
  // Lower case first: `ẞ` has no upper case, and `ß` has.
  return part.replace(IGNORED, '').normalize('NFD').toLowerCase().toUpperCase().normalize('NFD');
}

/** The folder of git, its short name on NTFS, and its streams there. */
const GIT = /^(?:\.GIT|GIT~[0-9]+)[. ]*(?::.*)?$/;

/** The reason why a file must not have a name: git runs and obeys files below `.git`, however a file system spells it. */
export function gitFault(name: string): string | undefined {
  const part = name.split('/').find((component) => GIT.test(folded(component)));
  return part === undefined ? undefined : `the component ${quote(part)} belongs to git`;
}

/**
 * Refuses names that a person does not see in a list of files, or that a shell reads otherwise, where the person chose no
 * directory: programs obey `.bashrc` and `.npmrc` in the current one, and `rm *` obeys `-rf`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function refuseHidden(name: string): void {
  const part = hiddenPart(name);
  if (part === undefined) return;
  const where = part === name ? '' : ` in ${quote(name)}`;
  throw new RemoraError('INVALID_ARGUMENT', `${quote(part)}${where} is not written to a directory that nobody chose`, {
    found: name,
    hint: 'Give -o DIR for a directory of its own, or -o . for this one',
  });
}

/** The first component that {@link refuseHidden} refuses. */
export function hiddenPart(name: string): string | undefined {
  return name.split('/').find((component) => /^[.~-]/.test(component.replace(IGNORED, '')));
}
