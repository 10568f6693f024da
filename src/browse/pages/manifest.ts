import { readManifest } from '../../operations/manifest/read-manifest.js';
import { facts } from '../../views/html/blocks.js';
import { html } from '../../views/html/html.js';
import { size } from '../../views/html/marks.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import { type Ask, required, wayTo } from './ask.js';
import { inTerminal } from './terminal.js';

/** `manifest`: the JSON of a manifest, indented. */
export async function manifestPage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = required(query, 'place');
  const { mediaType, digest, bytes, manifest } = await site.read(place, { signal }, (store, selector) =>
    readManifest({ store, ...selector }, { signal }),
  );
  const text = manifest === undefined ? Buffer.from(bytes).toString() : JSON.stringify(manifest, null, 2);
  const main = html`<p class="eyebrow">Manifest</p><h1>${place}</h1>
${facts([
  ['Digest', html`<code>${digest}</code>`],
  ['Media type', html`<code>${mediaType}</code>`],
  ['Size', size(bytes.byteLength)],
])}
<p><a href="${link('download', { place })}" download>Download the stored bytes</a></p>
<pre id="document" tabindex="0"><code>${text}</code></pre>
${inTerminal(['manifest', 'get', ...site.terminal(place)])}`;
  return {
    kind: 'page',
    title: `Manifest of ${place}`,
    main,
    place,
    crumbs: wayTo(site.locate(place), { text: 'manifest' }),
  };
}
