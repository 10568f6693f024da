import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describe as descriptorOf } from '../../src/oci/values/descriptor.js';
import { verifySchema } from '../../src/operations/verify/schema.js';
import { CosignAnnotation } from '../../src/trust/cosign/annotations.js';
import type { Signed } from '../../src/trust/values/signed.js';
import { runHere } from '../commands/support/in-process.js';
import { OLD_FORMAT } from '../support/cosign.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import { API_REGISTRY, type OpenInterop } from '../support/interop-places.js';
import { describeWithPeers, run } from '../support/peers.js';
import { plant } from '../support/planted.js';
import { asLayer, rekorBundle } from '../trust/support/cosign-layers.js';
import { simplePayload, statement, toJson } from '../trust/support/envelopes.js';
import { IDENTITY, ISSUER, makeSigstore, type SignOptions, type Sigstore, sha256 } from '../trust/support/sigstore.js';

type Form = 'sig' | 'att';
const FORMS: readonly Form[] = ['sig', 'att'];

/** Fulcio writes the issuer twice; cosign reads the older form for signatures under tags. */
const OLD_ISSUER = { oid: '1.3.6.1.4.1.57264.1.1', value: ISSUER, legacy: true };

describeWithPeers('verifies as cosign does, without a key', [...API_REGISTRY.peers, 'cosign'], () => {
  let open: OpenInterop;
  let sigstore: Sigstore;
  let other: Sigstore;
  let image: TestImage;

  beforeAll(async () => {
    [open, sigstore, other] = await Promise.all([API_REGISTRY.open(), makeSigstore(), makeSigstore()]);
    image = await writeImage(join(open.directory, 'image'));
    await writeFile(join(open.directory, 'root.json'), JSON.stringify(sigstore.rootDocument()));
  });
  afterAll(() => open?.close());

  /** A layer as cosign writes it, of an instance of Sigstore. */
  async function layerOf(form: Form, instance = sigstore, options: SignOptions = {}): Promise<Signed> {
    const extensions = [OLD_ISSUER];
    if (form === 'sig') {
      const payload = toJson(simplePayload(image.digest));
      return asLayer(await instance.signBytes(payload, { extensions, ...options }), payload);
    }
    const payload = toJson(statement({ sha256: image.digest.slice('sha256:'.length) }));
    const bundle = await instance.signStatement(payload, { extensions, ...options });
    const layer = asLayer(bundle, payload);
    // The log has the digest of the layer, too.
    const [entry] = bundle.verificationMaterial.tlogEntries;
    const { spec } = JSON.parse(Buffer.from(entry.canonicalizedBody, 'base64').toString());
    spec.envelopeHash.value = sha256(layer.content).toString('hex');
    const logged = await instance.logEntry({ spec }, 'dsse', '0.0.1');
    return annotated(layer, { [CosignAnnotation.bundle]: JSON.stringify(rekorBundle(logged)) });
  }

  const annotated = (layer: Signed, annotations: Record<string, string>): Signed => ({
    ...layer,
    annotations: { ...layer.annotations, ...annotations },
  });

  async function attach(form: Form, { mediaType, content, annotations }: Signed): Promise<string> {
    const place = open.fresh();
    await place.load(image);
    const config = Buffer.from('{}');
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { ...descriptorOf('application/vnd.oci.image.config.v1+json', config) },
      layers: [
        { ...descriptorOf(mediaType, content), annotations: { [CosignAnnotation.signature]: '', ...annotations } },
      ],
    };
    await plant(place.at(''), image.digest, { manifest, config, layer: content, suffix: `.${form}` });
    return place.at(`@${image.digest}`);
  }

  async function exitCodes(form: Form, subject: string, identity: string, issuer: string) {
    const root = join(open.directory, 'root.json');
    const flags = ['--trusted-root', root, '--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
    const command = form === 'sig' ? ['verify'] : ['verify-attestation', '--type', 'spdx'];
    const env = { HOME: open.directory, DOCKER_CONFIG: open.directory, TUF_ROOT: join(open.directory, 'tuf') };
    const theirs = await run('cosign', [...command, OLD_FORMAT, '--offline', ...flags, subject], { env });
    const ours = await runHere(['verify', '--json', ...flags, subject], '.');
    const [{ verdict, reason } = {}] = verifySchema.parse(JSON.parse(ours.stdout)).referrers;
    return { theirs: theirs.code === 0, stderr: theirs.stderr, ours: ours.code, verdict, reason };
  }

  const VERIFIED = { theirs: true, ours: 0, verdict: 'verified' };
  const failing = (verdict: string, reason: string) => ({ theirs: false, ours: 5, verdict, reason });

  it.each(FORMS)('.%s, good, and asked for others', async (form) => {
    const subject = await attach(form, await layerOf(form));
    expect(await exitCodes(form, subject, IDENTITY, ISSUER)).toMatchObject(VERIFIED);
    const untrusted = failing('unchecked', 'untrusted');
    expect(await exitCodes(form, subject, IDENTITY.slice(0, -1), ISSUER)).toMatchObject(untrusted);
    expect(await exitCodes(form, subject, IDENTITY, `${ISSUER}.example`)).toMatchObject(untrusted);
  });

  it.each(FORMS)('.%s, of another instance of Sigstore', async (form) => {
    const subject = await attach(form, await layerOf(form, other));
    expect(await exitCodes(form, subject, IDENTITY, ISSUER)).toMatchObject(failing('unchecked', 'untrusted'));
  });

  it.each(FORMS)('.%s, without the promise of the log', async (form) => {
    const layer = await layerOf(form);
    const { [CosignAnnotation.bundle]: _promise, ...annotations } = layer.annotations;
    const subject = await attach(form, { ...layer, annotations });
    expect(await exitCodes(form, subject, IDENTITY, ISSUER)).toMatchObject(failing('wrong', 'log'));
  });

  it.each(FORMS)('.%s, with a promise that was edited', async (form) => {
    const layer = await layerOf(form);
    const bundle = JSON.parse(layer.annotations[CosignAnnotation.bundle] ?? '');
    bundle.Payload.integratedTime += 1;
    const subject = await attach(form, annotated(layer, { [CosignAnnotation.bundle]: JSON.stringify(bundle) }));
    expect(await exitCodes(form, subject, IDENTITY, ISSUER)).toMatchObject(failing('wrong', 'log'));
  });

  it.each(FORMS)(".%s, with somebody else's certificate", async (form) => {
    const { annotations } = await layerOf(form);
    const layer = await layerOf(form, sigstore, { identity: 'https://evil.example' });
    const certificate = { [CosignAnnotation.certificate]: annotations[CosignAnnotation.certificate] ?? '' };
    const subject = await attach(form, annotated(layer, certificate));
    expect(await exitCodes(form, subject, IDENTITY, ISSUER)).toMatchObject(failing('wrong', 'signature'));
  });
});
