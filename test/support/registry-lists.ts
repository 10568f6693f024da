import { type Call, checkDigest, existingRepository, methodNotAllowed } from './registry-call.js';
import { type ReferrerEntry, referrerEntry } from './registry-documents.js';

const indexType = 'application/vnd.oci.image.index.v1+json';

export async function serveReferrers(call: Call): Promise<void> {
  const { exchange, options, state, name, reference } = call;
  if (options.referrers === 'none') {
    await exchange.reply(404, { 'content-type': 'text/plain; charset=utf-8' }, '404 page not found\n');
    return;
  }
  if (exchange.method !== 'GET') throw methodNotAllowed(call);
  const subject = checkDigest(reference);
  const repository = state.repositories.get(name);
  const entries: ReferrerEntry[] = [];
  for (const [digest, manifest] of repository?.manifests ?? []) {
    const entry = repository?.unlisted.has(digest) ? undefined : referrerEntry(digest, manifest, subject);
    if (entry !== undefined) entries.push(entry);
  }
  const start = Number(exchange.query.get('start') ?? 0);
  const type = exchange.query.get('artifactType');
  const filter = (list: ReferrerEntry[]) => list.filter(({ artifactType }) => artifactType === type);
  const filtered = type !== null && options.filters !== false;
  const perPage = options.filterFirstPageOnly === true;
  const source = filtered && !perPage ? filter(entries) : entries;
  const end = start + (options.pageSize ?? source.length);
  const page = source.slice(start, end);
  const applied = filtered && (!perPage || start === 0);
  const next = { ...(type !== null && { artifactType: type }), start: String(end) };
  await exchange.reply(
    200,
    {
      'content-type': indexType,
      ...(applied && { 'oci-filters-applied': 'artifactType' }),
      ...(end < source.length && { link: nextLink(call, next) }),
    },
    JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: applied ? filter(page) : page }),
  );
}

export async function serveTags(call: Call): Promise<void> {
  const { tags } = existingRepository(call);
  await serveNames(call, [...tags.keys()], (page) => ({ name: call.name, tags: page }));
}

export async function serveCatalog(call: Call): Promise<void> {
  await serveNames(call, [...call.state.repositories.keys()], (repositories) => ({ repositories }));
}

async function serveNames(call: Call, names: string[], document: (page: string[]) => object): Promise<void> {
  const { exchange, options } = call;
  if (exchange.method !== 'GET') throw methodNotAllowed(call);
  const wanted = exchange.query.get('n');
  const last = exchange.query.get('last') ?? '';
  const limit = Math.min(wanted === null ? Infinity : Number(wanted), options.pageSize ?? Infinity);
  const rest = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).filter((name) => name > last);
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  const next = { ...(wanted !== null && { n: wanted }), last: end ?? '' };
  await exchange.reply(
    200,
    {
      'content-type': 'application/json',
      ...(end !== undefined && page.length < rest.length && { link: nextLink(call, next) }),
    },
    JSON.stringify(document(page)),
  );
}

function nextLink({ exchange, options, scheme, host, otherHost }: Call, query: Record<string, string>): string {
  const target = `${exchange.path.split('?')[0]}?${new URLSearchParams(query)}`;
  switch (options.link) {
    case 'relative':
      return `<${target}>; rel="next"`;
    case 'unquoted':
      return `<${target}>; rel=next`;
    case 'other-host':
      return `<${scheme}://${otherHost}${target}>; rel="next"`;
    case 'loop':
      return `<${exchange.path}>; rel="next"`;
    default:
      return `<${scheme}://${host}${target}>; rel="next"`;
  }
}
