import { createHash, type Hash } from 'node:crypto';

export interface StoredBlob {
  readonly size: number;
  /** Undefined where the registry discards blobs. */
  readonly bytes: Buffer | undefined;
}

export interface StoredManifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** An upload session that is open. */
export interface Upload {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly hash: Hash;
  readonly chunks: Buffer[];
  size: number;
  /** The query of every `Location` that was given out, the newest last. */
  readonly queries: string[];
  /** Whether a chunk shorter than the minimum has arrived, which only the last may be. */
  ended: boolean;
}

export interface Repository {
  /** By digest. */
  readonly blobs: Map<string, StoredBlob>;
  /** By digest, in the order of their arrival. */
  readonly manifests: Map<string, StoredManifest>;
  /** Tag to digest. */
  readonly tags: Map<string, string>;
  /** Sessions neither finished nor cancelled. */
  readonly uploads: Map<string, Upload>;
  /** Digests that the Referrers API keeps silent about. */
  readonly unlisted: Set<string>;
}

export interface SeedDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface SeedOptions {
  /** @default sha256 */
  readonly algorithm?: Algorithm;
}

export interface SeedManifestOptions extends SeedOptions {
  readonly tag?: string;
  /** @default the manifest's own `mediaType`, else the OCI image manifest's */
  readonly mediaType?: string;
}

export type Algorithm = 'sha256' | 'sha512';

const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Whether this is a digest that the registry can check. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

export function algorithmOf(digest: string): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Everything a registry holds, open to tests. */
export class RegistryState {
  readonly repositories = new Map<string, Repository>();

  /** A repository, made where there is none. */
  repository(name: string): Repository {
    const found = this.repositories.get(name);
    if (found !== undefined) return found;
    const made = {
      blobs: new Map<string, StoredBlob>(),
      manifests: new Map<string, StoredManifest>(),
      tags: new Map<string, string>(),
      uploads: new Map<string, Upload>(),
      unlisted: new Set<string>(),
    };
    this.repositories.set(name, made);
    return made;
  }

  putBlob(name: string, content: string | Uint8Array, { algorithm }: SeedOptions = {}): SeedDescriptor {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes, algorithm);
    this.repository(name).blobs.set(digest, { size: bytes.length, bytes });
    return { mediaType: 'application/octet-stream', digest, size: bytes.length };
  }

  /** Stores a manifest unchecked: an object as compact JSON, text and bytes as they are. */
  putManifest(name: string, manifest: object | string | Uint8Array, options: SeedManifestOptions = {}): SeedDescriptor {
    const raw = typeof manifest === 'string' || manifest instanceof Uint8Array;
    const bytes = Buffer.from(raw ? manifest : JSON.stringify(manifest));
    const own = !raw && 'mediaType' in manifest && typeof manifest.mediaType === 'string' ? manifest.mediaType : null;
    const mediaType = options.mediaType ?? own ?? 'application/vnd.oci.image.manifest.v1+json';
    const digest = digestOf(bytes, options.algorithm);
    const repository = this.repository(name);
    repository.manifests.set(digest, { bytes, mediaType });
    if (options.tag !== undefined) repository.tags.set(options.tag, digest);
    return { mediaType, digest, size: bytes.length };
  }
}
