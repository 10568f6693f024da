import { isRemoraError } from '../../errors.js';
import { Annotation, InTotoAnnotation } from '../../oci/values/annotations.js';
import { discover } from '../../operations/discover/discover.js';
import type { DiscoverResult } from '../../operations/discover/schema.js';
import { inspect } from '../../operations/inspect/inspect.js';
import type { InspectResult } from '../../operations/inspect/schema.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { predicateName } from '../../views/graph/words.js';
import { facts, notice, table } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { date, digest, size } from '../../views/html/marks.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import type { Spot } from '../site/site.js';
import { type Told, toldOf } from '../site/told.js';
import { type Ask, required, shortDigest, wayTo } from './ask.js';
import { attachedSection } from './attached.js';
import { imageSections } from './image.js';
import { namesTable } from './names.js';
import { inTerminal } from './terminal.js';

/** The content of the page of a manifest. */
interface Looked {
  readonly inspected: InspectResult;
  readonly attached: DiscoverResult | Told;
  /** The place of another manifest beside it. */
  beside(digest: string): string;
}

/** `artifact`: an image, index or artifact, and all that is attached to it. */
export async function artifactPage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = required(query, 'place');
  const spot = site.locate(place);
  const index = query.get('index') ?? undefined;
  const above = index === undefined ? undefined : wayTo(site.locate(index));
  const { inspected, attached, beside } = await site.read(place, { signal }, (source, selector) =>
    look(source, selector, { signal, maxItems: site.maxItems, tell: (error) => site.tell(error) }),
  );
  const { kind, annotations, remarks } = inspected;
  const terminal = (...words: readonly string[]) => [...words, ...site.terminal(place)];
  const name = nameOf(inspected, spot);
  const main = html`<p class="eyebrow">${kind}</p><h1><bdi>${name}</bdi></h1>
${overview(inspected, beside)}
${remarks !== undefined && notice('warn', html`<p>Parts of the document cannot be read:</p><ul>${remarks.map((remark) => html`<li>${remark}</li>`)}</ul>`)}
${kind === 'artifact' && files(inspected, beside)}
${attachedSection({ name, place, index }, attached, (error) => site.tell(error))}
${platforms(inspected, place, beside)}
${kind !== 'artifact' && files(inspected, beside)}
${imageSections(inspected)}
${annotations !== undefined && namesTable('Annotations', Object.entries(annotations))}
${inTerminal(terminal('inspect'), terminal('discover'), ...(kind === 'artifact' ? [[...terminal('pull'), '-o', '.']] : []))}`;
  const [own = { text: name }] = wayTo(spot).slice(-1);
  return { kind: 'page', title: name, main, place, crumbs: above === undefined ? wayTo(spot) : [...above, own] };
}

/** The name of the only file, the title, or the place with the first digits of its digest. */
function nameOf({ kind, layers = [], annotations }: InspectResult, { text, repository, tag, digest }: Spot): string {
  const [first, ...others] = layers;
  const file = kind === 'artifact' && others.length === 0 ? first?.title : undefined;
  const short = repository === undefined || digest === undefined ? text : `${repository}@${shortDigest(digest)}`;
  return (tag === undefined ? (file ?? annotations?.[Annotation.title]) : undefined) ?? short;
}

async function look(
  source: Source,
  selector: ManifestSelector,
  { tell, ...options }: CallOptions & { readonly maxItems?: number | undefined; tell(error: Told): Told },
): Promise<Looked> {
  const at = { store: source, ...selector };
  const [inspected, attached] = await Promise.all([
    inspect(at, options),
    discover(at, { ...options, partial: true, claims: true, contents: true }).catch((error: unknown) => {
      if (!isRemoraError(error) || error.code === 'INTERRUPTED') throw error;
      return tell(toldOf(error));
    }),
  ]);
  // The text of a reference ends in the digest of the manifest.
  const own = `@${inspected.digest}`;
  const repository = inspected.reference.slice(0, -own.length);
  return { inspected, attached, beside: (other) => `${repository}@${other}` };
}

function overview(inspected: InspectResult, beside: Looked['beside']): Html {
  const { mediaType, artifactType, kind, subject, image, totalSize, annotations } = inspected;
  const created = image?.created ?? annotations?.[Annotation.created];
  const platform = [image?.os, image?.architecture, image?.variant].filter((part) => part).join('/');
  const own = beside(inspected.digest);
  return facts([
    ['Reference', html`<code>${own}</code>`],
    ['Type', kind !== 'image' && artifactType ? html`<code>${artifactType}</code>` : undefined],
    ['Media type', html`<code>${mediaType}</code>`],
    ['Platform', platform],
    ['Created', created ? date(created, new Date()) : undefined],
    ['Content', totalSize === undefined ? undefined : size(totalSize)],
    [
      'Attached to',
      subject &&
        html`<a href="${link('artifact', { place: beside(subject.digest) })}"><code>${subject.digest}</code></a>`,
    ],
    ['Manifest', html`<a href="${link('manifest', { place: own })}">${size(inspected.size)} of JSON</a>`],
  ]);
}

function platforms({ manifests }: InspectResult, index: string, beside: Looked['beside']): Html | false {
  if (manifests === undefined) return false;
  const rows = manifests.map((entry) => ({
    cells: [
      html`<a href="${link('artifact', { place: beside(entry.digest), index })}"><bdi>${entry.annotations?.['vnd.docker.reference.type'] ?? entry.platform ?? 'no platform'}</bdi></a>`,
      digest(entry.digest),
      entry.artifactType || entry.mediaType,
      size(entry.size),
    ],
  }));
  const columns = [
    { name: 'Platform' },
    { name: 'Digest' },
    { name: 'Type', as: 'text' },
    { name: 'Manifest', as: 'number' },
  ] as const;
  return html`<h2>Manifests</h2>${rows.length === 0 ? html`<p>The index is empty.</p>` : table('Manifests of the index', columns, rows)}`;
}

/** The layers: files of an artifact are named, and can be looked at. */
function files({ kind, layers, config, digest: own }: InspectResult, beside: Looked['beside']): Html | false {
  if (layers === undefined) return false;
  const place = beside(own);
  const isImage = kind === 'image';
  const rows = layers.map((layer, index) => ({
    cells: [
      html`<a href="${link('file', { place, layer: layer.digest })}"><bdi>${layer.title ?? predicateName({ predicateType: layer.annotations?.[InTotoAnnotation.predicateType] }) ?? (isImage ? `layer ${index + 1}` : 'file without a name')}</bdi></a>`,
      digest(layer.digest),
      layer.mediaType,
      size(layer.size),
      html`<a href="${link('download', { place, layer: layer.digest })}" download>Download<span class="unseen"> ${layer.title ?? layer.digest}</span></a>`,
    ],
  }));
  const columns = [
    { name: isImage ? 'Layer' : 'Name' },
    { name: 'Digest' },
    { name: 'Type', as: 'text' },
    { name: 'Size', as: 'number' },
    { name: 'Get' },
  ] as const;
  return html`<h2>${isImage ? 'Layers' : 'Files'}</h2>
${rows.length === 0 ? html`<p>There are none.</p>` : table(isImage ? 'Layers' : 'Files', columns, rows)}
${config !== undefined && config.size > 2 && html`<p>Config: <a href="${link('file', { place, layer: config.digest })}">${size(config.size)} of <code>${config.mediaType}</code></a></p>`}`;
}
