import { inOrder } from '../../operations/results/in-order.js';
import type { Attached, GraphNode, Holding } from '../graph/graph.js';
import { bytesOf, formatOf, kindOf, predicateName, signerOf, titleOf, titlesOf } from '../graph/words.js';
import { facts } from '../html/blocks.js';
import { type Html, html } from '../html/html.js';
import { date, digest, kindBadge, size, text, verdictMark } from '../html/marks.js';
import type { Documents, Picture } from '../picture.js';
import { indentedJson } from './indented.js';

/** The lines of a report: manifests with what is attached to them. */
export class TreeView {
  readonly #ids = new Map<Attached | Holding, string>();
  readonly #shown = new Set<string>();

  constructor(
    private readonly picture: Picture,
    private readonly documents: Documents,
    /** The address of the page of a manifest or layer. @default the tree has no links */
    private readonly linkTo?: (line: Attached | Holding) => string,
  ) {
    for (const node of picture.graph.nodes) this.#remember(node);
  }

  #remember(node: GraphNode): void {
    if (node.role === 'attachment') this.#ids.set(node.attached, node.id);
    else if (node.role !== 'group') this.#ids.set(node.holding, node.id);
  }

  render(): Html {
    const holdings = this.picture.graph.nodes.flatMap((node) =>
      node.role === 'attachment' || node.role === 'group' ? [] : [node],
    );
    return html`<ul class="tree" id="tree">${holdings.map(
      ({ id, role, name, holding }) => html`<li id="${id}" class="holding">
${this.#entry(
  name,
  html`<span class="row"><strong class="name">${this.#linked(holding, text(name))}</strong>${role === 'subject' && html`<span class="muted">subject</span>`}${digest(holding.digest)}<span class="muted">${this.#countOf(holding)}</span></span>`,
  this.#holdingFacts(holding),
)}
${this.#list(holding.referrers)}</li>\n`,
    )}</ul>`;
  }

  #countOf({ referrers }: Holding): string {
    if (referrers.length > 0) return `${referrers.length} attached`;
    return this.picture.result.incomplete.length > 0 ? 'nothing found' : 'nothing attached';
  }

  #holdingFacts(holding: Holding): Html {
    const { reference, digest: full, mediaType, artifactType, size: bytes, coveredBy, endOfLife } = holding;
    return html`<div class="detail">${facts([
      ['Reference', html`<code>${reference}</code>`],
      ['Digest', html`<code>${full}</code>`],
      ['Media type', html`<code>${mediaType}</code>`],
      ['Artifact type', artifactType !== undefined && html`<code>${artifactType}</code>`],
      ['Manifest', size(bytes)],
      ['Signed by', coveredBy !== undefined && html`<code>${coveredBy}</code>`],
      [
        'End of life',
        endOfLife !== undefined &&
          html`${date(endOfLife.date)}${endOfLife.past === true && html` <strong class="past">past</strong>`}`,
      ],
    ])}${this.#document(full)}</div>`;
  }

  #list(referrers: readonly Attached[]): Html | false {
    return referrers.length > 0 && html`<ul>${inOrder(referrers).map((attached) => this.#item(attached))}</ul>`;
  }

  #item(attached: Attached): Html {
    const id = this.#ids.get(attached);
    const { verdict, created, digest: full } = attached;
    const format = formatOf(attached);
    const title = titleOf(attached);
    const row = html`<span class="row">${kindBadge(kindOf(attached))}${format !== undefined && html`<span class="format">${format}</span>`}${title !== undefined ? html`<span class="name">${this.#linked(attached, text(title))}</span>` : this.linkTo && html`<span class="name">${this.#linked(attached, unnamed(attached))}</span>`}${verdict !== undefined && verdictMark(verdict)}${this.#signer(attached)}${size(bytesOf(attached))}${created !== undefined && date(created)}${digest(full)}</span>`;
    const content = this.#entry(title ?? kindOf(attached), row, this.#facts(attached));
    return html`<li${id !== undefined && html` id="${id}"`} class="attached" data-kind="${attached.kind ?? 'other'}" data-words="${wordsOf(attached)}">${content}${this.#list(attached.referrers)}</li>\n`;
  }

  /** A line that opens. A link cannot stand in what opens: readers of screens would not find it. */
  #entry(name: string, row: Html, detail: Html): Html {
    if (this.linkTo === undefined) return html`<details><summary class="line">${row}</summary>${detail}</details>`;
    return html`<div class="linked">${row}<details><summary>Details<span class="unseen"> of ${name}</span></summary>${detail}</details></div>`;
  }

  #linked(line: Attached | Holding, name: Html | string): Html {
    return this.linkTo === undefined ? html`${name}` : html`<a href="${this.linkTo(line)}">${name}</a>`;
  }

  #signer(attached: Attached): Html | false {
    const who = signerOf(attached);
    if (who === undefined) return false;
    return html`<span class="signer">${attached.verdict === 'verified' ? 'by' : 'claims to be by'} ${text(who)}</span>`;
  }

  #facts(attached: Attached): Html {
    const { reference, digest: full, mediaType, artifactType, predicateType, formats = [], size: bytes } = attached;
    const {
      content,
      created,
      message,
      coveredBy,
      remarks = [],
      via,
      places = [],
      manifest,
      annotations = {},
    } = attached;
    const times = attached.times ?? attached.claimed?.times ?? [];
    const code = (value: string | undefined) => value !== undefined && html`<code>${value}</code>`;
    const pairs = Object.entries(annotations);
    return html`<div class="detail">${facts([
      ['Verdict', message],
      [
        'Signer',
        attached.signer?.type === 'identity' &&
          html`<code>${attached.signer.identity}</code>, issuer <code>${attached.signer.issuer}</code>`,
      ],
      [
        'Signed',
        times.length > 0 &&
          html`${times.map(({ time, from }, index) => html`${index > 0 && ', '}${date(time)} (${SAYS[from]})`)}`,
      ],
      ['Covered by', code(coveredBy)],
      ['Remarks', remarks.join('\n')],
      ['Files', titlesOf(attached).join('\n')],
      ['Content', content && size(content.size)],
      ['Created', created !== undefined && date(created)],
      ['Formats', formats.join(' › ')],
      ['Artifact type', code(artifactType)],
      ['Predicate type', code(predicateType)],
      ['Media type', code(mediaType)],
      ['Reference', code(reference)],
      ['Digest', html`<code>${full}</code> (${size(bytes)})`],
      ['In manifest', code(manifest)],
      ['Found by', via.join(', ')],
      ['In', places.join('\n')],
    ])}${pairs.length > 0 && html`<details class="more"><summary>${pairs.length} annotation${pairs.length > 1 && 's'}</summary>${facts(pairs.map(([name, value]) => [name, value === '' ? '(empty)' : text(value)]))}</details>`}${this.#document(manifest ?? full)}</div>`;
  }

  /** The bytes of a manifest, where it stands for the first time. */
  #document(digest: string): Html | false {
    const document = this.documents.get(digest);
    if (document === undefined) return false;
    if ('unread' in document) return html`<p class="muted">Manifest ${document.unread}</p>`;
    if (this.#shown.has(digest)) return html`<p class="muted">The manifest is shown above.</p>`;
    this.#shown.add(digest);
    return html`<details class="more"><summary>Manifest</summary><pre tabindex="0">${indentedJson(document.text)}</pre></details>`;
  }
}

const SAYS = { log: 'transparency log', timestamp: 'timestamp authority', signer: 'the signer alone' } as const;

/** The text of a link to what has no title. */
function unnamed(attached: Attached): Html {
  const predicate = predicateName(attached);
  return predicate === undefined ? html`open<span class="unseen"> ${kindOf(attached)}</span>` : text(predicate);
}

/** Words of a long annotation that the search looks through. */
const MAX_WORDS = 4000;

function wordsOf(attached: Attached): string {
  const {
    digest: full,
    formats = [],
    artifactType = '',
    predicateType = '',
    annotations = {},
    verdict = '',
  } = attached;
  const words = [
    kindOf(attached),
    ...formats,
    ...titlesOf(attached),
    artifactType,
    predicateType,
    verdict,
    signerOf(attached) ?? '',
    full,
    ...Object.entries(annotations).flat(),
  ];
  return words.join(' ').toLowerCase().slice(0, MAX_WORDS);
}
