import type { DiscoverResult } from '../../operations/discover/discover.js';
import type { DocumentsOptions } from '../../operations/documents/documents.js';
import type { Location } from '../../operations/places/location.js';
import type { VerifyResult } from '../../operations/verify/verify.js';
import type { Picture } from '../../views/picture.js';
import { summaryLine } from './verify-summary.js';

/** The formats that are drawn as a whole. */
const PICTURES = ['markdown', 'mermaid', 'dot', 'html'] as const;
export type PictureFormat = (typeof PICTURES)[number];

/** The place of the subject, and how it is reached: a page shows manifests. */
type PictureAccess = DocumentsOptions & { readonly place: Location };

/** Whether a format is a picture; trees and tables are drawn line by line. */
export function isPicture(format: string): format is PictureFormat {
  return PICTURES.some((one) => one === format);
}

/** The picture of what is attached to a subject, which the user has named so. */
export async function discoverPicture(
  format: PictureFormat,
  subject: string,
  result: DiscoverResult,
  access: PictureAccess,
): Promise<string> {
  const { discoverPicture } = await import('../../views/picture.js');
  return drawn(format, discoverPicture(subject, result), access);
}

/** The picture of the verdicts on what is attached to a subject. */
export async function verifyPicture(
  format: PictureFormat,
  subject: string,
  result: VerifyResult,
  access: PictureAccess,
): Promise<string> {
  const { verifyPicture } = await import('../../views/picture.js');
  const headline = summaryLine(result, (_style, text) => text);
  return drawn(format, verifyPicture(subject, result, headline), access);
}

async function drawn(format: PictureFormat, picture: Picture, access: PictureAccess): Promise<string> {
  const { draw, documentsOf } = await import('../../views/draw/draw.js');
  if (format !== 'html') return draw(format, picture);
  const { readDocuments } = await import('../../operations/documents/documents.js');
  return draw(format, picture, await readDocuments(access.place, documentsOf(picture), access));
}
