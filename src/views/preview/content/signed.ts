import type { Claimed, ClaimedSigner } from '../../../trust/values/claimed.js';
import type { SignedForm } from '../../../trust/values/signed.js';
import type { Note, Part } from '../model/preview.js';
import { facts, type Read, type Within } from '../model/reader.js';
import { UNVERIFIED } from '../model/unverified.js';
import { clip } from '../model/values.js';
import { certificateParts } from './certificates.js';

/** The signer and times that a signature claims to have. */
export async function claimParts(form: SignedForm, mediaType: string, content: Uint8Array): Promise<readonly Part[]> {
  const { claimsOf } = await import('../../../trust/claims/claims.js');
  const claimed = claimsOf({ form, mediaType, content, annotations: {} });
  return claimed === undefined ? [] : factsOf(claimed);
}

const SAYS = { log: 'by a log', timestamp: 'by a timestamp', signer: 'by the clock of the signer' } as const;

function factsOf({ signer, times = [], logIndex }: Claimed): readonly Part[] {
  return facts('Claimed signer', [
    ...(signer === undefined ? [] : signerFacts(signer)),
    ...times.map(({ time, from }): [string, string] => ['Time', `${time} (${SAYS[from]})`]),
    ['Log index', logIndex ?? ''],
  ]);
}

function signerFacts(signer: ClaimedSigner): readonly [string, string][] {
  if (signer.type === 'identity')
    return [
      ['Identity', clip(signer.identity)],
      ['Issuer', clip(signer.issuer)],
    ];
  if (signer.type === 'key') return [['Key', signer.fingerprint]];
  return signer.type === 'hint' ? [['Key', clip(signer.hint)]] : [['Certificate', clip(signer.subject)]];
}

/** A COSE signature, as notation writes it (signature-envelope-cose.md). */
export async function coseRead(bytes: Uint8Array, within: Within): Promise<Read> {
  const { readCose } = await import('../../../trust/notation/cose.js');
  const what = 'a COSE signature';
  try {
    const { algorithm, contentType, payload, chain } = readCose(bytes);
    return {
      what,
      notes: [UNVERIFIED],
      parts: [
        ...facts('Signature', [
          ['Algorithm', clip(algorithm)],
          ['Payload type', clip(contentType)],
        ]),
        { type: 'inner', title: 'Payload', preview: within.signed(payload) },
        ...certificateParts(chain),
      ],
    };
  } catch (error) {
    // A refusal says what is wrong with the envelope.
    if (!(error instanceof Error)) throw error;
    const notes: readonly Note[] = [{ level: 'warning', text: `The signature cannot be read: ${error.message}.` }];
    return { what, notes, parts: [] };
  }
}
