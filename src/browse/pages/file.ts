import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { facts, notice } from '../../views/html/blocks.js';
import { html } from '../../views/html/html.js';
import { size } from '../../views/html/marks.js';
import { PREVIEW_BYTES, preview } from '../../views/preview/preview.js';
import { renderPreview } from '../../views/preview/render/render.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import { type Ask, required, wayTo } from './ask.js';
import { namedBlob } from './blob.js';
import { inTerminal } from './terminal.js';

/** `file`: a file of an artifact, as people read it. */
export async function filePage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = required(query, 'place');
  const layer = required(query, 'layer');
  const spot = site.locate(place);
  const { descriptor, name, bytes, artifactType } = await site.read(place, { signal }, async (source, selector) => {
    const blob = await namedBlob(source, selector, layer, { signal });
    return { ...blob, bytes: await beginning(source, blob.descriptor, { signal }) };
  });
  const isWhole = bytes.byteLength === descriptor.size;
  const shown = await preview(bytes, { title: name, mediaType: descriptor.mediaType, artifactType, isWhole });
  const { mediaType, digest } = descriptor;
  const main = html`<p class="eyebrow">File</p><h1><bdi>${name}</bdi></h1>
${facts([
  ['Digest', html`<code>${digest}</code>`],
  ['Media type', html`<code>${mediaType}</code>`],
  ['Size', size(descriptor.size)],
  ['Part of', html`<a href="${link('artifact', { place })}"><bdi>${place}</bdi></a>`],
])}
<p><a class="button" href="${link('download', { place, layer })}" download>Download</a></p>
<section id="preview" aria-labelledby="what"><h2 id="what">${firstUpper(shown.what)}</h2>
${!isWhole && notice('warn', html`<p>The digest covers the whole file: this beginning was not compared with it.</p>`)}
${renderPreview(shown)}</section>
${inTerminal(['blob', 'get', ...site.terminal(`${spot.repository}@${digest}`), '-o', fileName(name)])}`;
  return { kind: 'page', title: name, main, place, crumbs: wayTo(spot, { text: name }) };
}

/** A file in the folder of the shell. */
function fileName(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  return last === '' || last.startsWith('.') || last.startsWith('-') ? 'file' : last;
}

/** As much of a file as a preview takes. A whole file is verified; a beginning cannot be. */
async function beginning(source: Source, descriptor: Descriptor, options: CallOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of await source.openBlob(descriptor, options)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= PREVIEW_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, PREVIEW_BYTES);
}

function firstUpper(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
