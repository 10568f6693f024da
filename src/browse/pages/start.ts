import { type Html, html } from '../../views/html/html.js';
import type { Answer } from '../site/answer.js';
import { link } from '../site/links.js';
import type { Ask } from './ask.js';

const EXAMPLES: readonly (readonly [text: string, what: string])[] = [
  ['ghcr.io/acme/app:v1', 'an image or artifact in a registry'],
  ['ghcr.io/acme/app', 'the tags of a repository'],
  ['registry.example.com', 'the repositories of a registry'],
  ['oci:./layout', 'an image layout, or a directory of layouts'],
  ['oci-archive:app.tar', 'an archive of an image layout'],
  ['dir:./image', 'a directory that skopeo wrote'],
];

/** `start`: the form for a place. */
export async function startPage({ site }: Ask): Promise<Answer> {
  if (!site.isOpen) return { kind: 'redirect', to: site.home };
  const registries = await site.suggestions();
  const main = html`<h1>Look at what is attached</h1>
<p class="lead">Name a place above. Registries are asked with the logins of this user; paths begin where remora was started.</p>
${site.home !== 'start' && html`<p><a href="${site.home}">Back to the place that remora was started with</a></p>`}
${registries.length > 0 && suggestions(registries)}
<h2>Places</h2>
<dl class="examples">${EXAMPLES.map(([text, what]) => html`<dt><code>${text}</code></dt><dd>${what}</dd>`)}</dl>`;
  return { kind: 'page', title: 'Start', main };
}

function suggestions(registries: readonly string[]): Html {
  return html`<h2 id="logins">Registries with a login</h2>
<ul class="plain" aria-labelledby="logins">${registries.map(
    (registry) =>
      html`<li><a href="${link('open', { place: registry.includes('/') ? `${registry}/` : registry })}">${registry}</a></li>`,
  )}</ul>`;
}
