import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestImage } from './image-layout.js';
import {
  type PeerName,
  type PeerRegistry,
  type RunOptions,
  run,
  startApiRegistry,
  startCraneRegistry,
  startDistribution2,
  startDistribution3,
} from './peers.js';
import { startRegistry } from './registry.js';
import { commandsOf, type RemoraCommands, remora } from './remora.js';
import { startRemora } from './remora-registry.js';

/** One repository or one layout, as each tool wants it written; a suffix is `:TAG` or `@DIGEST`. */
export interface InteropPlace {
  /** For remora and crane. */
  readonly at: (suffix: string) => string;
  /** Arguments of oras: the flag for this kind of place, and the reference. */
  readonly oras: (suffix: string) => readonly string[];
  readonly regctl: (suffix: string) => string;
  /** Flags that regctl needs for this place. */
  readonly regctlFlags: readonly string[];
  /** skopeo 1.9 knows no digests in layouts. */
  readonly skopeo: (suffix: string) => string;
  /** Puts an image there, byte for byte, under its tag. */
  readonly load: (image: TestImage) => Promise<void>;
}

export interface InteropKind {
  readonly name: string;
  /** What must be there to open one and to load an image. */
  readonly peers: readonly PeerName[];
  readonly kind: 'layout' | 'registry';
  /** How remora finds what it attached there. */
  readonly via: string;
  /** As a program in a layout and in one registry; in the others within the test, where a start costs nothing. */
  readonly commands: RemoraCommands;
  open(): Promise<OpenInterop>;
}

export interface OpenInterop {
  /** A directory for files, which goes away on `close`. */
  readonly directory: string;
  /** A place that nothing is in. */
  fresh(): InteropPlace;
  close(): Promise<void>;
}

const PROGRAM = commandsOf(remora);
const HERE = commandsOf(async (args, { cwd = process.cwd() } = {}) => {
  // All commands and what they import: a second, for those who need it.
  const { runHere } = await import('../commands/support/in-process.js');
  return runHere(args, cwd);
});

export const LAYOUT: InteropKind = {
  name: 'a layout',
  peers: [],
  kind: 'layout',
  via: 'layout-entry',
  commands: PROGRAM,
  async open() {
    const directory = await mkdtemp(join(tmpdir(), 'remora-interop-'));
    let count = 0;
    return {
      directory,
      fresh: () => layoutPlace(join(directory, `layout-${++count}`)),
      close: () => rm(directory, { recursive: true, force: true }),
    };
  },
};

export const DISTRIBUTION_2 = registryKind('distribution 2.8', ['docker-registry'], 'tag', startDistribution2);

export const DISTRIBUTION_3 = registryKind('distribution 3', ['registry3'], 'tag', startDistribution3, PROGRAM);

/** It has the Referrers API, and lists the config's media type as the artifact type. */
export const API_REGISTRY = registryKind('a registry with the API', ['api-registry'], 'api', startApiRegistry);

export const CRANE_REGISTRY = registryKind('crane registry serve', [], 'tag', startCraneRegistry);

/** It has no Referrers API, and honours `If-Match`, as zot does. */
export const CONDITIONAL = registryKind('a registry with conditional writes', [], 'tag', () =>
  startRegistry({ referrers: 'none', etag: 'honoured' }),
);

/** It has the Referrers API, filters and pages its lists, and sends `OCI-Subject`. */
export const SERVE = registryKind('remora serve', [], 'api', startRemora);

export const REGISTRIES: readonly InteropKind[] = [DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, CRANE_REGISTRY, SERVE];

export function layoutPlace(directory: string): InteropPlace {
  return {
    at: (suffix) => `${directory}${suffix}`,
    oras: (suffix) => ['--oci-layout', `${directory}${suffix}`],
    regctl: (suffix) => `ocidir://${directory}${suffix}`,
    regctlFlags: [],
    skopeo: (suffix) => `oci:${directory}${suffix}`,
    load: (image) => cp(image.directory, directory, { recursive: true }),
  };
}

function registryPlace(host: string, repository: string): InteropPlace {
  const at = (suffix: string) => `${host}/${repository}${suffix}`;
  return {
    at,
    oras: (suffix) => ['--plain-http', at(suffix)],
    regctl: at,
    regctlFlags: ['--host', `reg=${host},tls=disabled`],
    skopeo: (suffix) => `docker://${at(suffix)}`,
    async load(image) {
      await ok('crane', ['push', image.directory, at(`:${image.tag}`)]);
    },
  };
}

function registryKind(
  name: string,
  peers: readonly PeerName[],
  via: string,
  start: () => Promise<PeerRegistry>,
  commands = HERE,
): InteropKind {
  return {
    name,
    peers: [...peers, 'crane'],
    kind: 'registry',
    via,
    commands,
    async open() {
      const [registry, directory] = await Promise.all([start(), mkdtemp(join(tmpdir(), 'remora-interop-'))]);
      let count = 0;
      return {
        directory,
        fresh: () => registryPlace(registry.host, `team/app-${++count}`),
        async close() {
          await registry.close();
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  };
}

/** Runs a peer that must succeed, and gives what it printed. */
export async function ok(name: PeerName, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(name, args, options);
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** skopeo between places that speak plain HTTP, or none. */
export function skopeoCopy(from: string, to: string, ...flags: string[]): Promise<string> {
  return ok('skopeo', ['copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false', ...flags, from, to]);
}
