import { layerBytes } from '../../operations/pull/layer-bytes.js';
import { facts } from '../../views/html/blocks.js';
import { html } from '../../views/html/html.js';
import { size } from '../../views/html/marks.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import { type Ask, required, wayTo } from './ask.js';
import { namedBlob } from './blob.js';
import { MAX_BYTES, preview } from './preview.js';
import { inTerminal } from './terminal.js';

/** `file`: a file of an artifact, as people read it. */
export async function filePage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = required(query, 'place');
  const layer = required(query, 'layer');
  const spot = site.locate(place);
  const { descriptor, name, bytes } = await site.read(place, { signal }, async (source, selector) => {
    const blob = await namedBlob(source, selector, layer, { signal });
    const isShown = blob.descriptor.size <= MAX_BYTES;
    return {
      ...blob,
      bytes: isShown ? await layerBytes(source, blob.descriptor, { signal, maxBytes: MAX_BYTES }) : undefined,
    };
  });
  const { mediaType, digest } = descriptor;
  const main = html`<p class="eyebrow">File</p><h1><bdi>${name}</bdi></h1>
${facts([
  ['Digest', html`<code>${digest}</code>`],
  ['Media type', html`<code>${mediaType}</code>`],
  ['Size', size(descriptor.size)],
  ['Part of', html`<a href="${link('artifact', { place })}"><bdi>${place}</bdi></a>`],
])}
<p><a class="button" href="${link('download', { place, layer })}" download>Download</a></p>
<section id="preview" aria-label="Preview">${bytes === undefined ? html`<p>A preview has at most ${size(MAX_BYTES)}.</p>` : preview(bytes, { name, mediaType })}</section>
${inTerminal(['blob', 'get', ...site.terminal(`${spot.repository}@${digest}`), '-o', fileName(name)])}`;
  return { kind: 'page', title: name, main, place, crumbs: wayTo(spot, { text: name }) };
}

/** A file in the folder of the shell. */
function fileName(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  return last === '' || last.startsWith('.') || last.startsWith('-') ? 'file' : last;
}
