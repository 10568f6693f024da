import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copy } from '../../src/operations/copy/copy.js';
import { verifySchema } from '../../src/operations/verify/schema.js';
import type { VerifyResult } from '../../src/operations/verify/verify.js';
import type { Reason } from '../../src/trust/values/judgement.js';
import { runHere } from '../commands/support/in-process.js';
import { SPDX } from '../support/attested-index.js';
import { type Cosign, OLD_FORMAT, openCosign } from '../support/cosign.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropKind,
  type InteropPlace,
  type OpenInterop,
} from '../support/interop-places.js';
import { describeWithPeers } from '../support/peers.js';
import { type Attached, plant, takeAttached, withAnnotation } from '../support/planted.js';

/** A way in which cosign keeps a signature or an attestation, and how it is asked to verify that. */
interface Form {
  readonly make: (cosign: Cosign, subject: string, directory: string) => Promise<unknown>;
  readonly verify: (cosign: Cosign, subject: string, type?: string) => ReturnType<Cosign['verify']>;
}

const attestation = (...flags: string[]): Form => ({
  make: (cosign, subject, directory) => cosign.attest(subject, 'spdxjson', join(directory, 'sbom.json'), ...flags),
  verify: (cosign, subject, type = 'spdxjson') =>
    cosign.verify('verify-attestation', '--type', type, ...flags, subject),
});
const FORMS: Readonly<Record<string, Form>> = {
  'signature under a tag': {
    make: (cosign, subject) => cosign.sign(subject, OLD_FORMAT),
    verify: (cosign, subject) => cosign.verify('verify', OLD_FORMAT, subject),
  },
  'attestation under a tag': attestation(OLD_FORMAT),
  'signature in a bundle': {
    make: (cosign, subject) => cosign.sign(subject),
    verify: (cosign, subject) => cosign.verify('verify', subject),
  },
  'attestation in a bundle': attestation(),
  'signature as a referrer (OCI 1.1)': {
    make: (cosign, subject) => cosign.experimental(['sign', ...cosign.offline, OLD_FORMAT, subject]),
    verify: (cosign, subject) => cosign.verify('verify', OLD_FORMAT, '--experimental-oci11', subject),
  },
};
const SIGNATURE = 'dev.cosignproject.cosign/signature';

/** Base64 of a signature with another bit in its second number. */
function otherBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** Edits the base64 payload, or the JSON itself where it is the payload. */
function editPayload(layer: Uint8Array): Uint8Array {
  const text = Buffer.from(layer).toString();
  const edited = text.replace(/("payload": ?")([^"]+)/, (_all, start: string, payload: string) => {
    const statement = Buffer.from(payload, 'base64').toString().replace('{', '{"edited":true,');
    return `${start}${Buffer.from(statement).toString('base64')}`;
  });
  return Buffer.from(edited === text ? text.replace('"optional":null', '"optional":{"edited":true}') : edited);
}

interface Case {
  /** @default as cosign made it */
  readonly change?: (attached: Attached) => Attached;
  /** It is planted below another image. */
  readonly moved?: true;
  /** Another key is given. */
  readonly otherKey?: true;
  /** The predicate type that is asked for, in cosign's word, and the kind of it. */
  readonly asked?: readonly [type: string, kind: string];
  /** Of the one thing that is attached. */
  readonly verdict: 'verified' | `${'wrong' | 'unchecked'}: ${Reason}`;
  /** @default what the verdict says */
  readonly outcome?: VerifyResult['outcome'];
  /** @default all forms */
  readonly only?: RegExp;
}

const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v0.2';
const promising = (attached: Attached) =>
  withAnnotation(attached, (name, value) => (/predicate-?type$/i.test(name) ? PROVENANCE_TYPE : value));

const edited = (attached: Attached) =>
  withAnnotation(attached, (name, value) => (name === SIGNATURE ? otherBase64(value) : value));

const CASES: Readonly<Record<string, Case>> = {
  good: { verdict: 'verified' },
  'with another key': { otherKey: true, verdict: 'unchecked: untrusted' },
  'below another image': { moved: true, verdict: 'wrong: subject' },
  'with an edited payload': {
    change: (attached) => ({ ...attached, layer: editPayload(attached.layer) }),
    only: /tag|referrer/,
    verdict: 'unchecked: untrusted',
  },
  'with an edited payload beside the name of the key': {
    change: (attached) => ({ ...attached, layer: editPayload(attached.layer) }),
    only: /bundle/,
    verdict: 'wrong: signature',
  },
  'with the annotation of the signature edited': {
    change: edited,
    only: /^signature (under|as)/,
    verdict: 'unchecked: untrusted',
  },
  'with annotations that promise provenance, which is asked for': {
    change: promising,
    asked: ['slsaprovenance', 'provenance'],
    only: /^attestation/,
    verdict: 'verified',
    // It is an SBOM: provenance is not there.
    outcome: 'unsigned',
  },
  'with annotations that promise provenance, and an SBOM is asked for': {
    change: promising,
    asked: ['spdxjson', 'sbom'],
    only: /^attestation/,
    verdict: 'verified',
  },
};

/** Two images in a place, and what cosign makes for the first of them in each form. */
interface Bench {
  readonly open: OpenInterop;
  readonly cosign: Cosign;
  readonly image: TestImage;
  readonly elsewhere: TestImage;
  readonly made: ReadonlyMap<string, Attached>;
  /** @default the first */
  freshPlace(image?: TestImage): Promise<InteropPlace>;
  close(): Promise<void>;
}

async function openBench(kind: InteropKind, privateKey?: string): Promise<Bench> {
  const [open, cosign] = await Promise.all([kind.open(), openCosign(privateKey)]);
  const image = await writeImage(join(open.directory, 'image'));
  const elsewhere = await writeImage(join(open.directory, 'elsewhere'), 'v2', 'another image');
  await writeFile(join(open.directory, 'sbom.json'), JSON.stringify(SPDX));
  const freshPlace = async (some = image) => {
    const place = open.fresh();
    // crane would take a process for each.
    await copy(`oci:${some.directory}:${some.tag}`, place.at(`:${some.tag}`));
    return place;
  };
  const forms = Object.entries(FORMS).map(async ([name, { make }]) => {
    const place = await freshPlace();
    await make(cosign, place.at(`@${image.digest}`), open.directory);
    return [name, await takeAttached(place.at(''), image.digest)] as const;
  });
  const made = new Map(await Promise.all(forms));
  const close = async () => {
    await Promise.all([open.close(), cosign.close()]);
  };
  return { open, cosign, image, elsewhere, made, freshPlace, close };
}

/** The form and what was made in it. */
function inForm({ made }: Bench, name: string): readonly [Form, Attached] {
  const [form, attached] = [FORMS[name], made.get(name)];
  if (form === undefined || attached === undefined) throw new Error(`${name} was not made`);
  return [form, attached];
}

const EXIT_CODES: Readonly<Record<string, number>> = { verified: 0, unsigned: 3, 'not-verified': 5 };

/** The verdicts of `remora verify` on the subject, and on the one thing that is attached to it. */
async function ours(subject: string, { publicKey }: Cosign, kind?: string) {
  const required = kind === undefined ? [] : ['--require', kind];
  const { code, stdout } = await runHere(['verify', '--json', '--key', publicKey, ...required, subject], '.');
  const { outcome, referrers, incomplete } = verifySchema.parse(JSON.parse(stdout));
  expect([code, incomplete]).toEqual([EXIT_CODES[outcome], []]);
  const verdicts = referrers.map(({ verdict, reason }) => (reason === undefined ? verdict : `${verdict}: ${reason}`));
  return { outcome, verdicts };
}

for (const kind of [DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY]) {
  describeWithPeers(`verifies as cosign does, in ${kind.name}`, [...kind.peers, 'cosign'], () => {
    let bench: Bench;
    let other: Cosign;

    beforeAll(async () => {
      [bench, other] = await Promise.all([openBench(kind), openCosign()]);
    });
    afterAll(async () => {
      await Promise.all([bench?.close(), other?.close()]);
    });

    for (const name of Object.keys(FORMS)) {
      const cases = Object.entries(CASES)
        .filter(([, { only = /./ }]) => only.test(name))
        // It differs from its successor in how things are stored, and not in what.
        .filter(([, { change }]) => kind !== DISTRIBUTION_2 || change === undefined);
      it.each(cases)(`${name}, %s`, async (_case, { change, moved, otherKey, asked, verdict, ...rest }) => {
        const [form, attached] = inForm(bench, name);
        const below = moved ? bench.elsewhere : bench.image;
        const place = await bench.freshPlace(below);
        const { digest } = below;
        await plant(place.at(''), digest, change?.(attached) ?? attached);
        const subject = place.at(`@${digest}`);
        const signer = otherKey ? other : bench.cosign;
        const [type, asKind] = asked ?? [];
        const theirs = await form.verify(signer, subject, type);
        const outcome = rest.outcome ?? (verdict === 'verified' ? 'verified' : 'not-verified');
        const expected = { outcome, verdicts: [verdict] };
        expect(theirs.code === 0, theirs.stderr).toBe(outcome === 'verified');
        expect(await ours(subject, signer, asKind)).toEqual(expected);
        // A layout carries the same: the verdicts are of content alone.
        if (kind !== DISTRIBUTION_3) return;
        const layout = `oci:${join(bench.open.directory, `${_case}-${name}`.replaceAll(/\W/g, '-'))}:v1`;
        await copy(subject, layout, { recursive: true });
        expect(await ours(layout, signer, asKind)).toEqual(expected);
      });
    }

    it('finds the signature of each signer under one tag, and one that was edited beside them', async () => {
      const place = await bench.freshPlace();
      const subject = place.at(`@${bench.image.digest}`);
      await plant(place.at(''), bench.image.digest, edited(inForm(bench, 'signature under a tag')[1]));
      await bench.cosign.sign(subject, OLD_FORMAT);
      await other.sign(subject, OLD_FORMAT);
      for (const signer of [bench.cosign, other]) {
        const { code, stderr } = await signer.verify('verify', OLD_FORMAT, subject);
        expect(code, stderr).toBe(0);
        const { outcome, verdicts } = await ours(subject, signer);
        expect([outcome, verdicts.toSorted()]).toEqual([
          'verified',
          ['unchecked: untrusted', 'unchecked: untrusted', 'verified'],
        ]);
      }
    });
  });
}

describeWithPeers('verifies a layout of cosign save as cosign does', [...DISTRIBUTION_3.peers, 'cosign'], () => {
  let bench: Bench;
  let other: Cosign;
  beforeAll(async () => {
    [bench, other] = await Promise.all([openBench(DISTRIBUTION_3), openCosign()]);
  });
  afterAll(async () => {
    await Promise.all([bench?.close(), other?.close()]);
  });

  it.each([
    ['signature under a tag', ['verify', OLD_FORMAT]],
    ['attestation under a tag', ['verify-attestation', '--type', 'spdxjson', OLD_FORMAT]],
    ['signature in a bundle', ['verify']],
  ] as const)('%s', async (name, [command, ...flags]) => {
    const place = await bench.freshPlace();
    await plant(place.at(''), bench.image.digest, inForm(bench, name)[1]);
    const directory = join(bench.open.directory, name.replaceAll(' ', '-'));
    await bench.cosign.ok(['save', '--dir', directory, place.at(`@${bench.image.digest}`)]);
    for (const [signer, outcome] of [
      [bench.cosign, 'verified'],
      [other, 'not-verified'],
    ] as const) {
      const { code, stderr } = await signer.verify(command, ...flags, '--local-image', directory);
      expect(code === 0, stderr).toBe(outcome === 'verified');
      expect(await ours(`oci:${directory}`, signer)).toMatchObject({ outcome });
    }
  });
});

/** Keys, and the hash that `cosign verify` must be told: it takes SHA-256, and signs with the hash of the curve's size. */
const KEYS: Readonly<Record<string, readonly [make: () => KeyObject, hash: string]>> = {
  'P-384': [() => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'sha384'],
  'P-521': [() => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, 'sha512'],
  RSA: [() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'sha256'],
  // cosign signs with Ed25519ph, and verifies Ed25519: it verifies no signature of its own.
  Ed25519: [() => generateKeyPairSync('ed25519').privateKey, 'sha512'],
};

for (const [name, [make, hash]] of Object.entries(KEYS)) {
  describeWithPeers(`verifies as cosign does, with a key of type ${name}`, [...API_REGISTRY.peers, 'cosign'], () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench(API_REGISTRY, make().export({ type: 'pkcs8', format: 'pem' }).toString());
    });
    afterAll(() => bench?.close());

    it.each(Object.keys(FORMS))('%s', async (formName) => {
      const [form, attached] = inForm(bench, formName);
      const place = await bench.freshPlace();
      await plant(place.at(''), bench.image.digest, attached);
      const subject = place.at(`@${bench.image.digest}`);
      const cosign = bench.cosign;
      const hashed: Cosign = {
        ...cosign,
        verify: (command, ...words) => cosign.verify(command, '--signature-digest-algorithm', hash, ...words),
      };
      const theirs = await form.verify(hashed, subject);
      const passes = name !== 'Ed25519';
      // A bundle names its key.
      const failure = formName.endsWith('bundle') ? 'wrong: signature' : 'unchecked: untrusted';
      expect(theirs.code === 0, theirs.stderr).toBe(passes);
      expect(await ours(subject, cosign)).toEqual({
        outcome: passes ? 'verified' : 'not-verified',
        verdicts: [passes ? 'verified' : failure],
      });
    });
  });
}
