import { boolean, string } from '@oclif/core/flags';
import { elsewhereFlag } from './elsewhere.js';
import { limitFlag, platformFlag, registryFlags, settleFlag } from './flags.js';

/** The passphrase of an encrypted key: never an argument, which everybody on the machine can see. */
const keyPasswordFlag = {
  'key-password-file': string({
    summary: 'File with the passphrase [default: REMORA_KEY_PASSWORD, COSIGN_PASSWORD, or asked for]',
    helpValue: 'FILE',
  }),
};

/** The key that signs what attach attached. */
export const signKeyFlags = {
  'sign-key': string({ summary: 'Sign the artifact with this key', helpValue: 'FILE' }),
  'key-password-file': string({ summary: 'File with the passphrase', helpValue: 'FILE', dependsOn: ['sign-key'] }),
};

/** Flags of sign and attest. */
export const signingFlags = {
  key: string({
    summary: 'Private key that signs: PEM, or one of cosign generate-key-pair',
    helpValue: 'FILE',
    required: true,
  }),
  ...keyPasswordFlag,
  ...platformFlag,
  recursive: boolean({ char: 'r', summary: 'Of an index: sign all manifests below it, too' }),
  'dry-run': boolean({ summary: 'Show the statement, and sign and write nothing' }),
  ...limitFlag,
  ...elsewhereFlag,
  ...settleFlag,
  ...registryFlags,
};
