import { type Html, html } from '../../views/html/html.js';
import { commandLine } from '../site/command-line.js';

/** The commands that do in a terminal what a page shows. */
export function inTerminal(...commands: readonly (readonly string[])[]): Html {
  return html`<section class="terminal" aria-labelledby="terminal"><h2 id="terminal">In the terminal</h2>
${commands.map((words, index) => html`<div class="command"><pre tabindex="0"><code id="command-${index + 1}">${commandLine(...words)}</code></pre><button type="button" hidden data-copy="command-${index + 1}">Copy<span class="unseen"> command ${index + 1}</span></button></div>`)}
</section>`;
}
