import { given } from '../../oci/values/given.js';
import type { Trust } from '../values/trust.js';
import { type PolicyFiles, readTrust, rootAt } from './make-trust.js';
import type { Policy } from './policy.js';
import { readPolicyDocument } from './policy-document.js';

/** Options of {@link parsePolicy}. */
export interface ParsePolicyOptions extends PolicyFiles {
  /** For messages; a name that ends in `.json` stands for JSON alone. @default 'policy' */
  readonly name?: string | undefined;
}

/**
 * Parses a policy: named trusts, and rules that say what must be attached to which images, verified by whom. It reads no
 * files itself.
 *
 * @param source the text of a policy file, YAML or JSON, or the value that such a file has
 * @throws RemoraError `INVALID_ARGUMENT`: for a text the message names line and column
 */
export async function parsePolicy(
  source: string | Uint8Array | object,
  { name: policyName = 'policy', ...files }: ParsePolicyOptions = {},
): Promise<Policy> {
  const read = readPolicyDocument(source, policyName);
  const { document } = read;
  const { trustedRoot, requireLog } = document;
  const root = trustedRoot === undefined ? undefined : await rootAt(read, ['trustedRoot'], trustedRoot, files);
  const trust: Trust[] = [];
  for (const [name, one] of Object.entries(document.trust)) trust.push(await readTrust(read, name, one, files, root));
  const rules = Object.entries(document.rules).map(([name, rule]) => ({ name, ...rule }));
  return { source: policyName, trust, rules, ...given({ trustedRoot: root, requireLog }) };
}
