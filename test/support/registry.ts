import type { Exchange } from './exchange.js';
import { type Listener, listen } from './loopback.js';
import { authorize } from './registry-auth.js';
import { serveBlob } from './registry-blobs.js';
import { type Call, Refusal } from './registry-call.js';
import { serveCatalog, serveReferrers, serveTags } from './registry-lists.js';
import { serveManifest } from './registry-manifests.js';
import type { RegistryOptions } from './registry-options.js';
import { RegistryState } from './registry-state.js';
import { openUpload, serveUpload } from './registry-uploads.js';
import { createRequestLog, type RequestLog } from './request-log.js';

export type { RegistryAuth, RegistryOptions } from './registry-options.js';
export type { Repository, SeedDescriptor, StoredBlob, StoredManifest } from './registry-state.js';

type Seeding = Pick<RegistryState, 'repository' | 'putBlob' | 'putManifest'>;

export interface Registry extends Listener, RequestLog, Seeding {
  /** The same registry at another origin, without authentication; its requests are in the same log. */
  readonly otherHost: string;
}

/** An in-memory OCI registry on the loopback interface. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const state = new RegistryState();
  const recorder = createRequestLog();
  const listeners: Listener[] = [];
  const scheme = options.tls === undefined ? 'http' : 'https';
  const hostAt = (index: number) => listeners[index]?.host ?? '';
  for (const elsewhere of [false, true]) {
    const handle = (exchange: Exchange) =>
      answer({ exchange, options, state, scheme, host: hostAt(0), otherHost: hostAt(1), elsewhere });
    listeners.push(await listen(recorder, options, handle));
  }
  return {
    ...recorder.log,
    host: hostAt(0),
    url: `${scheme}://${hostAt(0)}`,
    otherHost: hostAt(1),
    repository: state.repository.bind(state),
    putBlob: state.putBlob.bind(state),
    putManifest: state.putManifest.bind(state),
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

const routes: readonly (readonly [RegExp, (call: Call) => Promise<void>])[] = [
  [/^\/v2\/?()()$/, (call) => call.exchange.reply(200, { 'content-type': 'application/json' }, '{}')],
  [/^\/v2\/_catalog()()$/, serveCatalog],
  [/^\/v2\/(.+)\/tags\/list()$/, serveTags],
  [/^\/v2\/(.+)\/blobs\/uploads\/?()$/, openUpload],
  [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, serveUpload],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, serveBlob],
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, serveManifest],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, serveReferrers],
];

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const namePattern = new RegExp(`^${component}(?:/${component})*$`);

async function answer(request: Omit<Call, 'name' | 'reference'>): Promise<void> {
  const { exchange } = request;
  try {
    await route(request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await error.send(exchange);
  }
}

async function route(request: Omit<Call, 'name' | 'reference'>): Promise<void> {
  const path = decode(request.exchange.path.split('?')[0] ?? '');
  for (const [pattern, serve] of routes) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [, name = '', reference = ''] = match;
    const call = { ...request, name, reference };
    authorize(call);
    if (name !== '' && !namePattern.test(name)) throw new Refusal(400, 'NAME_INVALID', `not a repository: ${name}`);
    await serve(call);
    return;
  }
  await request.exchange.reply(404, { 'content-type': 'text/plain; charset=utf-8' }, '404 page not found\n');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, 'NAME_INVALID', `not a path: ${path}`);
  }
}
