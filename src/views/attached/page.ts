import { notice } from '../html/blocks.js';
import { type Html, html } from '../html/html.js';
import { page } from '../html/page.js';
import { attachedIn, type Documents, type Picture } from '../picture.js';
import { drawing } from './drawing.js';
import SCRIPT from './script.js?raw';
import STYLE from './style.css?raw';
import { TreeView } from './tree.js';

/** The rules of the drawing and of the tree. */
export const ATTACHED_STYLE: string = STYLE;

/** A page in one file: the outcome, a drawing, and a tree with all that is known of each attachment. */
export function attachedPage(picture: Picture, documents: Documents): string {
  const { command, name, result, graph, headline } = picture;
  const attached = attachedIn(graph);
  const body = html`<header class="intro">
<p class="eyebrow">remora ${command}</p>
<h1><bdi>${name}</bdi></h1>
${command === 'discover' && html`<p class="lead">${headline}</p>`}
<p><code>${result.digest}</code></p>
${notices(picture)}</header>
<main id="main">
${attached.length > 0 && pictureOf(picture)}
<h2>Attachments</h2>
${attached.length > 0 && tools(picture)}
${new TreeView(picture, documents).render()}
</main>
<footer><p>Made by remora ${command}. The page asks nobody: all that it shows is in this file.</p></footer>`;
  return page({
    title: `${name} – remora ${command}`,
    body,
    style: STYLE,
    script: attached.length > 0 ? SCRIPT : undefined,
  });
}

const OUTCOMES = { verified: 'good', 'not-verified': 'bad', unsigned: 'bad', incomplete: 'warn' } as const;

/** The outcome, then what could not be asked and what is not met. */
function notices({ result, notes, headline }: Picture): Html {
  const outcome = 'outcome' in result ? OUTCOMES[result.outcome] : undefined;
  const of = (tone: 'good' | 'warn' | 'bad', title: string) => {
    const texts = notes
      .filter((note) => note.tone === tone)
      .map(({ parts }) => parts.map((part) => (typeof part === 'string' ? part : html`<code>${part.foreign}</code>`)));
    return (
      texts.length > 0 &&
      notice(tone, html`<p><strong>${title}</strong></p><ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`)
    );
  };
  return html`${outcome && notice(outcome, html`<p><strong>${headline.charAt(0).toUpperCase()}${headline.slice(1)}</strong></p>`)}
${of('warn', 'The result is incomplete')}
${of('bad', 'Requirements are not met')}
${of('good', 'Requirements are met')}`;
}

function pictureOf({ graph }: Picture): Html {
  const { svg, isGrouped } = drawing(graph);
  return html`<h2>Picture</h2>
${isGrouped && html`<p class="muted">Attachments of a kind are drawn as one box; the tree below has each of them.</p>`}
<div class="picture" role="region" aria-label="Picture" tabindex="0">${svg}</div>`;
}

/** Search and filters, which only a script can show. */
function tools({ graph }: Picture): Html {
  const kinds = [...new Set(attachedIn(graph).map(({ kind = 'other' }) => kind))].sort();
  return html`<form class="tools" id="tools" role="search" hidden>
<label>Search <input type="search" id="search" autocomplete="off" placeholder="name, digest, annotation"></label>
<button type="button" id="unfold">Open or close all</button>
<fieldset class="filters"><legend>Kinds</legend>${kinds.map((kind) => html`<label><input type="checkbox" value="${kind}" checked>${kind}</label>`)}</fieldset>
<output id="count" class="muted" aria-live="polite"></output>
</form>`;
}
