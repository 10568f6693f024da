import { type DiscoverResult, discoverSchema } from '../../../src/operations/discover/schema.js';
import { type VerifyResult, verifySchema } from '../../../src/operations/verify/schema.js';

/** A digest whose digits all begin with `text`. */
export function digestFrom(text: string): string {
  return `sha256:${Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Text that wants to be anything but text, wherever it stands. */
export const HOSTILE = [
  '</script><script>steal()</script>',
  '<img src=x onerror="steal()">',
  'javascript:steal()',
  '[click](https://evil.example) https://evil.example www.evil.example',
  '@everyone #1 owner/repo#2',
  '`code` ``two`` | cell | *bold* _it_ ~~no~~',
  '"] --> x; click x "https://evil.example" %%{init: {}}%% end',
  '\\N \\" {{steal()}} #quot; &lt;b&gt;',
  '\u202egnp.exe \u0000\u001b[31m\u{e0041}',
  'line\nline\r\n\ttab',
].join(' ¶ ');

interface Details {
  readonly [name: string]: unknown;
}

/** An attachment as `--json` has it. */
export function attached(name: string, subject: string, details: Details = {}): Details {
  const digest = digestFrom(name);
  return {
    reference: `registry.example/app@${digest}`,
    mediaType: MANIFEST,
    digest,
    size: 700,
    subject,
    via: ['api'],
    referrers: [],
    ...details,
  };
}

const IMAGE = digestFrom('image');
const AMD64 = digestFrom('amd64');
const ARM64 = digestFrom('arm64');

const sbom = (name: string, created: string) =>
  attached(name, IMAGE, {
    artifactType: 'application/spdx+json',
    kind: 'sbom',
    formats: ['spdx'],
    created,
    content: { size: 12_345, titles: [`${name}.spdx.json`] },
    annotations: { 'org.opencontainers.image.created': created, 'com.example.note': 'a note' },
  });
const signature = (subject: string) =>
  attached('signature', subject, {
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    kind: 'signature',
    formats: ['sigstore-bundle'],
    created: '2026-11-24T12:00:00Z',
    content: { size: 3000, titles: [] },
  });
/** A manifest that has attachments, without its digest. */
export const HOLDING = { reference: 'registry.example/app@x', mediaType: MANIFEST, size: 400 };

/** An index with two platforms: the same signature is attached to both. */
export const FOUND: DiscoverResult = discoverSchema.parse({
  reference: `registry.example/app@${IMAGE}`,
  mediaType: INDEX,
  digest: IMAGE,
  size: 500,
  referrers: [
    { ...sbom('older', '2026-11-22T12:00:00Z') },
    {
      ...sbom('newer', '2026-11-23T12:00:00Z'),
      referrers: [
        { ...signature(digestFrom('newer')), ...attached('of-sbom', digestFrom('newer'), { kind: 'signature' }) },
      ],
    },
    attached('strange', IMAGE, {
      artifactType: 'application/x',
      annotations: { 'org.opencontainers.image.title': 'a|b.txt' },
    }),
  ],
  platforms: [
    {
      ...HOLDING,
      reference: `registry.example/app@${AMD64}`,
      digest: AMD64,
      platform: 'linux/amd64',
      referrers: [signature(AMD64)],
    },
    {
      ...HOLDING,
      reference: `registry.example/app@${ARM64}`,
      digest: ARM64,
      platform: 'linux/arm64',
      referrers: [signature(ARM64)],
    },
  ],
  asked: [{ via: 'api', subjects: 6, found: 5 }],
  incomplete: [],
});

/** The same, of which a place could not be asked and a kind is missing. */
export const PARTLY_FOUND: DiscoverResult = {
  ...FOUND,
  incomplete: [
    {
      way: 'tag of registry.example/app',
      error: { code: 'DENIED', message: `registry.example answered 403 <b>${HOSTILE}</b>`, hint: 'remora login' },
    },
  ],
  missing: [{ kind: 'vex', digest: FOUND.digest }],
};

const key = { type: 'key', fingerprint: '1f3a9c2b4d5e'.padEnd(64, '0') };

/** Verdicts of all three kinds. */
export const JUDGED: VerifyResult = verifySchema.parse({
  reference: `registry.example/app@${IMAGE}`,
  mediaType: MANIFEST,
  digest: IMAGE,
  size: 500,
  outcome: 'not-verified',
  referrers: [
    {
      ...sbom('newer', '2026-11-23T12:00:00Z'),
      verdict: 'verified',
      coveredBy: digestFrom('of-sbom'),
      referrers: [
        {
          ...attached('of-sbom', digestFrom('newer'), { kind: 'signature' }),
          verdict: 'verified',
          signer: key,
          trusts: ['cosign.pub'],
          times: [{ time: '2026-11-23T12:01:00Z', from: 'log', logIndex: '7' }],
        },
      ],
    },
    { ...signature(IMAGE), verdict: 'wrong', reason: 'digest', message: 'the signature is of other content' },
    {
      ...attached('claims', IMAGE, { kind: 'signature', formats: ['cosign'] }),
      verdict: 'unchecked',
      signer: { type: 'identity', identity: 'ann@example.com', issuer: 'https://issuer.example' },
    },
  ],
  above: [{ ...HOLDING, mediaType: INDEX, reference: `registry.example/app@${AMD64}`, digest: AMD64, referrers: [] }],
  missing: [{ kind: 'provenance', digest: IMAGE, isThere: false }],
  onIndex: [],
  asked: [],
  incomplete: [],
  revocation: 'unchecked',
});

/** A result whose texts are hostile wherever a registry can put text. */
export const HOSTILE_RESULT: DiscoverResult = {
  ...FOUND,
  referrers: FOUND.referrers.map((node) => ({
    ...node,
    artifactType: HOSTILE,
    created: HOSTILE,
    content: { size: 1, titles: [HOSTILE] },
    annotations: { [HOSTILE]: HOSTILE },
    claimed: { signer: { type: 'hint', hint: HOSTILE } },
  })),
  platforms: (FOUND.platforms ?? []).map((one) => ({ ...one, platform: HOSTILE })),
};

/** An image with so many attachments of the kinds in turn. */
export function many(count: number, kinds: readonly string[] = ['sbom', 'signature']): DiscoverResult {
  const referrers = Array.from({ length: count }, (_, index) =>
    attached(`${index}-of-many`, IMAGE, {
      kind: kinds[index % kinds.length],
      content: { size: 10, titles: [`file-${index}.json`] },
    }),
  );
  const { platforms: _platforms, ...image } = FOUND;
  return { ...image, referrers: discoverSchema.parse({ ...image, referrers }).referrers };
}
