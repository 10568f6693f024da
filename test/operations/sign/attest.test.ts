import { describe, expect, it } from 'vitest';
import { read } from '../../../src/operations/pull/read.js';
import { type AttestOptions, attest } from '../../../src/operations/sign/attest.js';
import { listDigests, pushImage } from '../../store/support/artifacts.js';
import { newKey } from '../../support/signing-keys.js';
import { newLayout, PLACES } from '../support/places.js';

const options: AttestOptions = { key: newKey().privateKey, settle: false };
const SPDX =
  '{ "spdxVersion":"SPDX-2.3",\n "SPDXID": "SPDXRef-DOCUMENT", "creationInfo":{}, "n": 12345678901234567890 }';
const CYCLONEDX = '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}';
const OPENVEX = '{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}';
const SLSA_1 =
  '{"buildDefinition":{"buildType":"https://b.example"},"runDetails":{"builder":{"id":"https://b.example"}}}';
const SLSA_02 = '{"builder":{"id":"https://b.example"},"buildType":"https://b.example","materials":[]}';
const VSA =
  '{"verifier":{"id":"https://v.example"},"verificationResult":"PASSED","resourceUri":"pkg:oci/app","policy":{}}';
const VULN = '{"invocation":{},"scanner":{"uri":"pkg:trivy","result":{}},"metadata":{}}';
const SYFT =
  '{"artifacts":[],"descriptor":{"name":"syft"},"schema":{"url":"https://x/anchore/syft/main/schema-1.json"}}';

async function attested(content: string | Uint8Array, more: Partial<AttestOptions> = {}, name = 'file.json') {
  const store = await newLayout();
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const result = await attest({ store, tag: 'v1' }, { content, name }, { ...options, ...more });
  const { dsseEnvelope } = JSON.parse((await read({ store, digest: result.digest })).toString());
  return { store, image, result, payload: Buffer.from(dsseEnvelope.payload, 'base64').toString() };
}

describe('the predicate type', () => {
  it.each([
    ['SPDX', SPDX, 'https://spdx.dev/Document'],
    ['SPDX, large', SPDX.replace('"n"', `"x": "${'x'.repeat(2 ** 21)}", "n"`), 'https://spdx.dev/Document'],
    [
      'SPDX whose version stands behind a MiB',
      `{"a":"${'x'.repeat(2 ** 21)}","SPDXID":"SPDXRef-DOCUMENT","dataLicense":"CC0-1.0","spdxVersion":"SPDX-2.3"}`,
      'https://spdx.dev/Document',
    ],
    ['CycloneDX', CYCLONEDX, 'https://cyclonedx.org/bom'],
    ['OpenVEX', OPENVEX, 'https://openvex.dev/ns'],
    ['Syft', SYFT, 'https://syft.dev/bom'],
    ['SLSA 1', SLSA_1, 'https://slsa.dev/provenance/v1'],
    ['SLSA 0.2', SLSA_02, 'https://slsa.dev/provenance/v0.2'],
    ['a verification summary', VSA, 'https://slsa.dev/verification_summary/v1'],
    ["cosign's scan", VULN, 'https://cosign.sigstore.dev/attestation/vuln/v1'],
  ])('follows the content: %s', async (_what, content, predicateType) => {
    const { result, payload } = await attested(content);
    expect(result.predicateType).toBe(predicateType);
    expect(result.annotations).toMatchObject({ 'dev.sigstore.bundle.predicateType': predicateType });
    expect(payload.endsWith(`"predicateType":"${predicateType}","predicate":${content}}`)).toBe(true);
  });

  it.each([
    ['cyclonedx', 'https://cyclonedx.org/bom'],
    ['slsaprovenance', 'https://slsa.dev/provenance/v0.2'],
    ['slsaprovenance02', 'https://slsa.dev/provenance/v0.2'],
    ['slsaprovenance1', 'https://slsa.dev/provenance/v1'],
    ['link', 'https://in-toto.io/Link/v1'],
    ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1'],
    ['https://acme.example/review/v1', 'https://acme.example/review/v1'],
    ['cosign.sigstore.dev/attestation/vuln/v1', 'cosign.sigstore.dev/attestation/vuln/v1'],
    ['urn:acme:review', 'urn:acme:review'],
  ])('is the given one, before what the content says: %s', async (given, predicateType) => {
    expect((await attested(CYCLONEDX, { predicateType: given })).result.predicateType).toBe(predicateType);
  });

  it.each(['sbom', 'two words', '', 'https://a b', `https://${'x'.repeat(1000)}`])(
    'is not %j',
    async (predicateType) => {
      await expect(attested(SPDX, { predicateType })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        candidates: expect.arrayContaining(['spdxjson']),
      });
    },
  );
});

describe('the predicate', () => {
  it('leaves out the white space and the byte order mark around the document', async () => {
    const { payload } = await attested(`\ufeff\n${CYCLONEDX}\n`);
    expect(payload).toContain(`"predicate":${CYCLONEDX}}`);
  });

  it.each([
    ['text as custom', 'looks good\n', 'custom', { Data: 'looks good\n' }],
    ['JSON as custom', '{"a":1}', 'custom', { Data: '{"a":1}' }],
    ["cosign's own form as custom", '{"Data":"x","Timestamp":""}', 'custom', { Data: 'x', Timestamp: '' }],
    ['SPDX in tag-value', 'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n', undefined, expect.stringContaining('CC0')],
  ])('wraps as cosign does: %s', async (_what, content, predicateType, predicate) => {
    const { payload } = await attested(content, { predicateType }, 'file.txt');
    expect(JSON.parse(payload).predicate).toEqual(predicate);
  });

  it.each<[string, string | Uint8Array, string | undefined, RegExp]>([
    ['JSON that is not recognised', '{"a":1}', undefined, /^file.json is not recognised/],
    [
      'SARIF, which has no predicate type',
      '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}}}]}',
      undefined,
      /SARIF/,
    ],
    [
      'a statement',
      '{"_type":"https://in-toto.io/Statement/v1","predicateType":"x","subject":[]}',
      undefined,
      /in-toto/,
    ],
    [
      'CycloneDX that is called SPDX',
      '{"bomFormat":"CycloneDX","specVersion":"1.6"}',
      'spdxjson',
      /CycloneDX.*, wanted spdx/,
    ],
    ['a name twice', '{"a":1,"a":2}', 'urn:x:y', /"a" twice/],
    ['a name twice, deep inside', '{"b":{"a":1,"a":2}}', 'urn:x:y', /"a" twice/],
    ['half of it', '{"a":1', 'urn:x:y', /is not JSON/],
    ['an array', '[1]', 'urn:x:y', /is not a JSON object/],
    ['text', 'hello', 'urn:x:y', /is not a JSON object/],
    ['nothing', '', 'urn:x:y', /is not a JSON object/],
    ['bytes', Buffer.from([0x7b, 0xff]), 'urn:x:y', /is not UTF-8/],
    ['too much', Buffer.alloc(40 * 2 ** 20 + 1, 0x20), 'urn:x:y', /larger than 41943040 bytes/],
  ])('is not %s', async (_what, content, predicateType, message) => {
    await expect(attested(content, { predicateType })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('comes out again, byte for byte', async () => {
    const { store } = await attested(SPDX);
    const sbom = await read({ store, tag: 'v1' }, { kind: 'sbom' }, { unwrap: true });
    expect(sbom.toString()).toBe(SPDX);
  });
});

it.each(PLACES)('adds nothing for the same document, and one for another, in %s', async (_what, open) => {
  const store = await open();
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const put = (content: string) => attest({ store, tag: 'v1' }, { content, name: 'a.json' }, options);
  const first = await put(SPDX);
  expect(await put(SPDX)).toEqual({ ...first, result: 'exists' });
  const other = await put(SPDX.replace('7890', '7891'));
  expect(other.result).toBe('written');
  expect(await listDigests(store, image.descriptor)).toEqual([first.digest, other.digest].sort());
});
