import { Refusal, send } from './answer.js';
import { deleteBlob, getBlob } from './blobs.js';
import { type Call, checkName } from './call.js';
import { listReferrers, listRepositories, listTags } from './lists.js';
import { deleteManifest, getManifest, putManifest } from './manifests.js';
import { beginUpload, cancelUpload, finishUpload, patchUpload, uploadStatus } from './uploads.js';

type Handler = (call: Call) => Promise<void>;

/** The meaning of a path: the repository, the rest, and the handler of each method. */
export interface Route {
  readonly name: string;
  readonly rest: string;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** Later kinds are looked for first: a repository may be called `a/blobs/b`, but not `a/blobs/uploads`. */
const ROUTES: readonly (readonly [RegExp, Readonly<Record<string, Handler>>])[] = [
  [/^(.+)\/blobs\/uploads\/?()$/, { POST: beginUpload }],
  [
    /^(.+)\/blobs\/uploads\/([^/]+)$/,
    { GET: uploadStatus, PATCH: patchUpload, PUT: finishUpload, DELETE: cancelUpload },
  ],
  [/^(.+)\/blobs\/([^/]+)$/, { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob }],
  [/^(.+)\/manifests\/([^/]+)$/, { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest }],
  [/^(.+)\/referrers\/([^/]+)$/, { GET: listReferrers, HEAD: listReferrers }],
  [/^(.+)\/tags\/list()$/, { GET: listTags, HEAD: listTags }],
];

/**
 * Finds what a path means.
 *
 * @throws Refusal 404 for a path that means nothing, 400 for a name that is not well formed
 */
export function route(pathname: string): Route {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new Refusal(400, 'NAME_INVALID', 'the path is not well encoded');
  }
  if (path === '/v2' || path === '/v2/') return { name: '', rest: '', methods: { GET: ping, HEAD: ping } };
  if (path === '/v2/_catalog')
    return { name: '', rest: '', methods: { GET: listRepositories, HEAD: listRepositories } };
  const below = path.startsWith('/v2/') ? path.slice('/v2/'.length) : '';
  for (const [pattern, methods] of ROUTES) {
    const match = pattern.exec(below);
    if (match === null) continue;
    const [, name = '', rest = ''] = match;
    checkName(name);
    return { name, rest, methods };
  }
  throw new Refusal(404, 'UNSUPPORTED', 'there is nothing at this path', { detail: { path: path.slice(0, 200) } });
}

/** `GET /v2/` (distribution-spec, "Determining Support"). */
async function ping({ response }: Call): Promise<void> {
  send(response, 200, { 'Content-Type': 'application/json', 'Docker-Distribution-API-Version': 'registry/2.0' }, '{}');
}
