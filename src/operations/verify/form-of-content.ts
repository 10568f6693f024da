import { recognise } from '../../formats/recognise/recognise.js';
import type { SignedForm } from '../../trust/values/signed.js';
import { formOf } from '../attached/signed-form.js';

/** The form of a signature, told from its first bytes. */
export function formOfContent(firstBytes: Uint8Array, complete: boolean): SignedForm | undefined {
  const found = recognise(firstBytes, { complete });
  if (found === undefined) return undefined;
  return found.format === 'notation' ? 'notation' : formOf(found.mediaType);
}
