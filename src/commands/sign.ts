import { string } from '@oclif/core/args';
import { SigningCommand } from '../cli/command/signing-command.js';
import { signingFlags } from '../cli/flags/signing.js';

/** `remora sign` */
export default class Sign extends SigningCommand {
  static override summary = 'Sign an image or artifact with a private key';
  static override description =
    'Signs the digest of SUBJECT as cosign 3 does, and attaches the signature as a Sigstore bundle, which cosign verify --insecure-ignore-tlog accepts. No transparency log gets an entry. Signing again with the same key changes nothing.';
  static override examples = [
    {
      description: "Sign with cosign's key",
      command: '<%= config.bin %> sign --key cosign.key ghcr.io/acme/app:v1',
    },
    {
      description: 'Sign an index and each of its platforms',
      command: '<%= config.bin %> sign --key key.pem --recursive ghcr.io/acme/app:v1',
    },
    {
      description: 'Sign an image of others, with the signature in a repository of yours',
      command:
        '<%= config.bin %> sign --key key.pem --key-password-file /run/secrets/key --referrers-in ghcr.io/acme/attached alpine:3.20',
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = signingFlags;

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Sign);
    const [{ resolvePlace }, { sign }] = await Promise.all([
      import('../operations/places/location.js'),
      import('../operations/sign/sign.js'),
    ]);
    const place = resolvePlace(args.subject);
    const result = await sign(place, await this.signingOptions(flags, place));
    return this.printSigned('Signed', result, flags.recursive);
  }
}
