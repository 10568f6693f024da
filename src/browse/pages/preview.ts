import { type Html, html } from '../../views/html/html.js';

/** Bytes of the largest file that has a preview. */
export const MAX_BYTES = 16 * 1024 * 1024;
const MAX_TEXT = 512 * 1024;

/** A file as people read it. */
export function preview(bytes: Uint8Array, _of: { readonly name: string; readonly mediaType: string }): Html {
  const text = Buffer.from(bytes.subarray(0, MAX_TEXT)).toString();
  if (text.includes('\0')) return html`<p>The file is binary.</p>`;
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}
