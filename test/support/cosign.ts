import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from './interop-places.js';
import { type RunResult, run } from './peers.js';

/** cosign with a key pair and a home of its own; it asks nobody on the internet. */
export interface Cosign {
  /** Runs it; it must succeed. */
  ok(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  sign(subject: string, ...flags: string[]): Promise<string>;
  attest(subject: string, type: string, predicate: string, ...flags: string[]): Promise<string>;
  /** As `cosign sign` and `cosign attach sbom` did before the bundle, with `--registry-referrers-mode=oci-1-1`. */
  experimental(args: readonly string[]): Promise<string>;
  /** `verify` or `verify-attestation`, with the public key and without a transparency log. */
  verify(command: 'verify' | 'verify-attestation', ...words: string[]): Promise<RunResult>;
  /** What `cosign tree` shows: digests of referrers, and of the layers under cosign's tags. */
  tree(subject: string): Promise<readonly string[]>;
  /** Flags that sign with the key, and send nothing to a transparency log. */
  readonly offline: readonly string[];
  /** PEM, the file of it. */
  readonly publicKey: string;
  /** The variables that it runs with. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What cosign 2 did by itself: tags that end in `.sig` and `.att`. */
export const OLD_FORMAT = '--new-bundle-format=false';

/** @param privateKey PKCS 8 PEM; without it, cosign makes a key on P-256 */
export async function openCosign(privateKey?: string): Promise<Cosign> {
  const home = await mkdtemp(join(tmpdir(), 'remora-cosign-'));
  const env = { HOME: home, DOCKER_CONFIG: home, TUF_ROOT: join(home, 'tuf'), COSIGN_PASSWORD: '' };
  const output = ['--output-key-prefix', join(home, 'key')];
  if (privateKey === undefined) await ok('cosign', ['generate-key-pair', ...output], { env });
  else {
    await writeFile(join(home, 'key.pem'), privateKey);
    await ok('cosign', ['import-key-pair', '--key', join(home, 'key.pem'), ...output], { env });
  }
  const offline = ['--key', join(home, 'key.key'), '--tlog-upload=false', '--use-signing-config=false', '--yes'];
  const cosign = (args: readonly string[], more?: Readonly<Record<string, string>>) =>
    ok('cosign', args, { env: { ...env, ...more } });
  return {
    offline,
    publicKey: join(home, 'key.pub'),
    env,
    ok: cosign,
    sign: (subject, ...flags) => cosign(['sign', ...offline, ...flags, subject]),
    attest: (subject, type, predicate, ...flags) =>
      cosign(['attest', ...offline, '--type', type, '--predicate', predicate, ...flags, subject]),
    experimental: (args) => cosign([...args, '--registry-referrers-mode=oci-1-1'], { COSIGN_EXPERIMENTAL: '1' }),
    verify: (command, ...words) =>
      run('cosign', [command, '--key', join(home, 'key.pub'), '--insecure-ignore-tlog', ...words], { env }),
    async tree(subject) {
      const lines = (await cosign(['tree', subject])).split('\n').slice(1);
      const referrers: string[] = [];
      const ofReferrers = new Set<string>();
      const underTags: string[] = [];
      let isReferrer = false;
      for (const line of lines) {
        const referrer = /via OCI referrer: \S+@(sha256:[0-9a-f]{64})$/.exec(line)?.[1];
        const layer = /🍒 (sha256:[0-9a-f]{64})$/u.exec(line)?.[1];
        if (line.startsWith('└── ')) isReferrer = referrer !== undefined;
        if (referrer !== undefined) referrers.push(referrer);
        else if (layer !== undefined && isReferrer) ofReferrers.add(layer);
        else if (layer !== undefined) underTags.push(layer);
      }
      // An SBOM that is a referrer is shown a second time, under a tag that is not there.
      return [...referrers, ...underTags.filter((layer) => !ofReferrers.has(layer))].sort();
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}
