/** Pages of registries' sites, and the name of the image that each one shows. */
const PAGES: readonly (readonly [page: RegExp, name: string])[] = [
  [/^hub\.docker\.com\/_\/([^/]+)/, 'docker.io/library/$1'],
  [/^hub\.docker\.com\/layers\/([^/]+\/[^/]+)\/([^/]+)/, 'docker.io/$1:$2'],
  [/^hub\.docker\.com\/r(?:epository\/docker)?\/([^/]+\/[^/]+)/, 'docker.io/$1'],
  [/^github\.com\/(?:orgs|users)\/([^/]+)\/packages\/container\/(?:package\/)?([^/]+)/, 'ghcr.io/$1/$2'],
  [/^github\.com\/([^/]+)\/[^/]+\/pkgs\/container\/([^/]+)/, 'ghcr.io/$1/$2'],
  [/^gitlab\.com\/(.+?)(?:\/-)?\/container_registry/, 'registry.gitlab.com/$1'],
  [/^quay\.io\/repository\/([^/]+\/[^/]+)\/manifest\/(sha256:[0-9a-f]+)/, 'quay.io/$1@$2'],
  [/^quay\.io\/repository\/([^/]+\/[^/]+)/, 'quay.io/$1'],
  [/^gallery\.ecr\.aws\/([^/]+\/.+)/, 'public.ecr.aws/$1'],
  [/^console\.cloud\.google\.com\/artifacts\/docker\/([^/]+)\/([^/]+)\/([^/]+\/[^/]+)/, '$2-docker.pkg.dev/$1/$3'],
  [/^([^/]+)\/v2\/(.+)\/(?:manifests|blobs|referrers)\/([a-z0-9]+:[0-9a-f]+)/, '$1/$2@$3'],
  [/^([^/]+)\/v2\/(.+)\/manifests\/([^/]+)/, '$1/$2:$3'],
  [/^([^/]+)\/v2\/(.+)\/tags\/list/, '$1/$2'],
];

/** Hosts that have pages about images, and no images. */
const SITES = /^(?:www\.)?(?:hub\.docker\.com|docker\.com|github\.com|gallery\.ecr\.aws|console\.cloud\.google\.com)$/i;

/** A web address that stands where the name of an image is wanted. */
export interface WebAddress {
  /** The address without user and query, which may hold secrets. */
  readonly address: string;
  /** The image that the page shows; the text need not be well formed. */
  readonly name: string | undefined;
  readonly host: string;
  /** Whether the address has no TLS. */
  readonly isPlain: boolean;
}

/** Reads a web address, or a page of a site without `https://`; undefined for other text. */
export function webAddress(text: string): WebAddress | undefined {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)?(.*)$/is.exec(text) ?? [];
  const [place = '', query = ''] = rest.split(/[?#]/, 2);
  const bare = place.replace(/^[^/]*@/, '').replace(/(?<!\/)\/+$/, '');
  const [host = ''] = bare.split('/');
  const path = `${host.toLowerCase().replace(/^www\./, '')}${bare.slice(host.length)}`;
  const page = PAGES.find(([pattern]) => pattern.test(path));
  if (scheme === '' && page === undefined && !(SITES.test(host) && bare !== host)) return undefined;
  const shown = page && path.replace(new RegExp(`${page[0].source}.*$`, 's'), page[1]);
  const tag = /(?:^|&)tag=([\w.-]+)/.exec(query)?.[1];
  const named = shown && decoded(shown).replace(/^[^:@]*/, (name) => name.toLowerCase());
  return {
    address: `${scheme}${bare}`,
    name: named === undefined ? (SITES.test(host) || host === bare ? undefined : bare) : withTag(named, tag),
    host,
    isPlain: /^http:/i.test(scheme),
  };
}

function withTag(name: string, tag: string | undefined): string {
  return tag === undefined || /[:@]/.test(name.slice(name.lastIndexOf('/') + 1)) ? name : `${name}:${tag}`;
}

/** The characters behind `%`, as in `charts%2Fapp`. */
function decoded(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
