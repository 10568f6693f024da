import { isRemoraError } from '../../errors.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { listTags } from '../../operations/repo/list-tags.js';
import type { TagsResult } from '../../operations/repo/schema.js';
import { TAG_ORDERS, type TagOrder } from '../../operations/repo/tag-orders.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { table } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { digest, size } from '../../views/html/marks.js';
import type { PageAnswer } from '../site/answer.js';
import { link } from '../site/links.js';
import { type Ask, required, wayTo } from './ask.js';
import { inTerminal } from './terminal.js';

const COUNT = 200;

const ORDERS: Readonly<Record<TagOrder, string>> = {
  natural: 'name, 9 before 10',
  name: 'name',
  semver: 'version, newest first',
};

/** The choice of a page of tags. */
interface Choice {
  readonly place: string;
  /** A part of a tag, or a pattern with `*`. */
  readonly filter: string;
  readonly sort: TagOrder;
  readonly all: boolean;
  /** From 1 on. */
  readonly page: number;
}

/** `tags`: the tags of a repository, layout or archive. Tags are names: none is looked up. */
export async function tagsPage({ site, query, signal }: Ask): Promise<PageAnswer> {
  const place = required(query, 'place');
  const spot = site.locate(place);
  const choice: Choice = {
    place,
    filter: query.get('filter')?.trim() ?? '',
    sort: TAG_ORDERS.find((order) => order === query.get('sort')) ?? 'natural',
    all: query.has('all'),
    page: Math.max(Number.parseInt(query.get('page') ?? '1', 10) || 1, 1),
  };
  const { result, untagged, textOf } = await site.read(place, { signal }, async (source) => ({
    result: await fitting((await site.recentTags?.sourceFor(source, choice.page === 1, { signal })) ?? source, choice, {
      signal,
    }),
    untagged: await untaggedOf(source, { signal }),
    textOf: (tag: string) => source.format({ tag }),
  }));
  const { tags, hidden } = result;
  const last = Math.max(Math.ceil(tags.length / COUNT), 1);
  const page = Math.min(choice.page, last);
  const shown = tags.slice((page - 1) * COUNT, page * COUNT);
  const count = `${tags.length} ${tags.length === 1 ? 'tag' : 'tags'}`;
  const main = html`<h1>${spot.repository ?? place}</h1>
<p class="lead">${count}${choice.filter !== '' && html` with <q>${choice.filter}</q>`}${last > 1 && `, page ${page} of ${last}`}${hidden > 0 && `; ${hidden} more are named after a digest`}</p>
${form(choice)}
${shown.length > 0 && html`<ul id="tags" class="names" aria-label="Tags">${shown.map((tag) => html`<li><a href="${link('artifact', { place: textOf(tag) })}"><bdi>${tag}</bdi></a></li>\n`)}</ul>`}
${pages({ ...choice, page }, last)}
${untagged.length > 0 && untaggedTable(untagged)}
${inTerminal(['repo', 'tags', ...flagsOf(choice), ...site.terminal(place)])}`;
  return { kind: 'page', title: `Tags of ${place}`, main, place, crumbs: wayTo(spot) };
}

/** The tags that fit; none where the choice fits none. */
async function fitting(source: Source, choice: Choice, { signal }: CallOptions): Promise<TagsResult> {
  const { sort, all } = choice;
  try {
    return await listTags({ store: source }, { ...given({ match: patterns(choice) }), sort, all, signal });
  } catch (error) {
    if (isRemoraError(error) && error.code === 'NO_MATCH') return { reference: source.format({}), tags: [], hidden: 0 };
    throw error;
  }
}

function patterns({ filter }: Choice): readonly string[] | undefined {
  if (filter === '') return undefined;
  return [/[*?[\]]/.test(filter) ? filter : `*${filter}*`];
}

function flagsOf(choice: Choice): readonly string[] {
  const match = (patterns(choice) ?? []).flatMap((pattern) => ['--match', pattern]);
  return [...match, ...(choice.sort === 'name' ? [] : ['--sort', choice.sort]), ...(choice.all ? ['--all'] : [])];
}

function form({ place, filter, sort, all }: Choice): Html {
  return html`<form class="tools" action="tags" aria-label="Choose tags">
<input type="hidden" name="place" value="${place}">
<label>Filter <input type="search" id="filter" name="filter" value="${filter}" placeholder="v1 or v1.*" autocomplete="off" spellcheck="false"></label>
<label>Order <select name="sort">${Object.entries(ORDERS).map(([name, text]) => html`<option value="${name}"${name === sort && html` selected`}>${text}</option>`)}</select></label>
<label class="check"><input type="checkbox" name="all" value="1"${all && html` checked`}> Also show tags that are named after a digest</label>
<button type="submit">Show</button>
</form>`;
}

function pages({ place, filter, sort, all, page }: Choice, last: number): Html | false {
  if (last === 1) return false;
  const to = (number: number) =>
    link('tags', { place, filter: filter || undefined, sort, all: all ? '1' : undefined, page: String(number) });
  return html`<nav class="pages" aria-label="Pages">
${page > 1 && html`<a rel="prev" href="${to(page - 1)}">Previous page</a>`}<span>Page ${page} of ${last}</span>${page < last && html`<a rel="next" href="${to(page + 1)}">Next page</a>`}
</nav>`;
}

interface Untagged extends Descriptor {
  readonly text: string;
}

/** The manifests of a layout that are there for their own sake, without a name. */
async function untaggedOf(source: Source, options: CallOptions): Promise<readonly Untagged[]> {
  if (!hasInventory(source)) return [];
  const roots = await source.roots(options);
  const unnamed = roots.filter(({ annotations }) => annotations?.[Annotation.refName] === undefined);
  const tagged = new Set(roots.filter((root) => !unnamed.includes(root)).map((root) => root.digest));
  return unnamed
    .filter((root) => !tagged.has(root.digest))
    .map((root) => ({ ...root, text: source.format({ digest: root.digest }) }));
}

function untaggedTable(untagged: readonly Untagged[]): Html {
  const rows = untagged.map((entry) => ({
    cells: [
      html`<a href="${link('artifact', { place: entry.text })}">${digest(entry.digest)}</a>`,
      entry.artifactType ?? entry.mediaType,
      size(entry.size),
    ],
  }));
  return html`<h2>Without a tag</h2>${table('Manifests without a tag', [{ name: 'Digest' }, { name: 'Type', as: 'text' }, { name: 'Size', as: 'number' }], rows)}`;
}
