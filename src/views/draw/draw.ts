import type { WantedDocument } from '../../operations/documents/documents.js';
import { attachedPage } from '../attached/page.js';
import { dot } from '../dot/dot.js';
import { markdown } from '../markdown/markdown.js';
import { mermaid } from '../mermaid/mermaid.js';
import { type Documents, noteText, type Picture } from '../picture.js';

/** A picture in the language `format`; `documents` are the manifests that a page shows. */
export function draw(
  format: 'markdown' | 'mermaid' | 'dot' | 'html',
  picture: Picture,
  documents: Documents = new Map(),
): string {
  if (format === 'html') return attachedPage(picture, documents);
  if (format === 'markdown') return markdown(picture);
  const notes = [`${picture.name}: ${picture.headline}`, ...picture.notes.map(noteText)];
  return format === 'dot' ? dot(picture.graph, notes) : mermaid(picture.graph, notes);
}

/** The manifests that a page of the picture shows. */
export function documentsOf({ graph }: Picture): readonly WantedDocument[] {
  return graph.nodes.flatMap((node) => {
    if (node.role === 'group') return [];
    if (node.role !== 'attachment') return [{ digest: node.holding.digest, size: node.holding.size }];
    const { manifest, digest, size } = node.attached;
    return manifest === undefined ? [{ digest, size }] : [{ digest: manifest }];
  });
}
