import { RemoraError } from '../../errors.js';
import { eachNode } from '../results/each-node.js';
import type { JudgedAttachments } from './judge-attached.js';

/** Flags that trust each kind of signer. */
const EXAMPLES = {
  key: '--key cosign.pub',
  identity: '--certificate-identity NAME@example.com --certificate-oidc-issuer https://issuer.example.com',
  notation: '--trust-policy trustpolicy.oci.json --trust-store DIR',
} as const;

const SIGNERS = { key: 'a key', identity: 'an identity', notation: 'a certificate' } as const;

/** The error for a call without trust: an example for each kind of signature that is attached. */
export function noTrust(judged: JudgedAttachments): RemoraError {
  const counts = new Map<keyof typeof EXAMPLES, number>();
  for (const { reason, formats, signer } of eachNode(judged)) {
    if (reason === 'unsigned') continue;
    const isNotation = formats?.includes('notation') || signer?.type === 'certificate';
    const type = isNotation ? 'notation' : signer?.type === 'identity' ? 'identity' : 'key';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const found = [...counts];
  const examples = (found.length === 0 ? ([['key', 0]] as const) : found).map(([type]) => EXAMPLES[type]);
  const bys = found.map(([type, count]) => ({ count, by: `by ${SIGNERS[type]}` }));
  const [first] = bys;
  const none =
    judged.incomplete.length === 0 ? 'no signature is attached' : 'a place could not be asked for signatures';
  const what =
    first === undefined
      ? none
      : bys.length === 1 && first.count === 1
        ? `a signature ${first.by} is attached`
        : `signatures are attached: ${bys.map(({ count, by }) => `${count} ${by}`).join(', ')}`;
  const places = judged.asked.flatMap(({ place }) => place ?? []);
  const elsewhere = places.find((place) => !judged.reference.startsWith(`${place}@`));
  const subject = `${elsewhere === undefined ? '' : `--referrers-in ${elsewhere} `}${judged.reference}`;
  return new RemoraError('INVALID_ARGUMENT', `${judged.reference}: no trust is given; ${what}`, {
    candidates: examples,
    hint: `Say who may sign: ${examples.map((flags) => `remora verify ${flags} ${subject}`).join(' or ')}`,
  });
}
