import { string } from '@oclif/core/args';
import { string as stringFlag } from '@oclif/core/flags';
import { SigningCommand } from '../cli/command/signing-command.js';
import { signingFlags } from '../cli/flags/signing.js';

/** `remora attest` */
export default class Attest extends SigningCommand {
  static override summary = 'Sign a statement about an image or artifact, and attach it';
  static override description =
    'Signs a statement about SUBJECT whose predicate is FILE, and attaches it as a Sigstore bundle, which cosign verify-attestation --insecure-ignore-tlog accepts. The predicate type comes from the content of FILE. Attesting the same again with the same key changes nothing.';
  static override examples = [
    {
      description: 'Attest an SBOM',
      command: '<%= config.bin %> attest --key cosign.key ghcr.io/acme/app:v1 sbom.spdx.json',
    },
    {
      description: 'Attest a document of another type',
      command:
        '<%= config.bin %> attest --key key.pem --predicate-type https://acme.example/review/v1 ghcr.io/acme/app:v1 review.json',
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
    file: string({ description: 'Predicate, JSON; - for standard input', required: true, ignoreStdin: true }),
  };
  static override flags = {
    'predicate-type': stringFlag({
      summary: "URI, or cosign's name like slsaprovenance1 or vuln [default: as recognised]",
      helpValue: 'TYPE',
    }),
    ...signingFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Attest);
    const [{ checkOrder }, { inputOf }, { resolvePlace }, { attest }] = await Promise.all([
      import('../cli/input/argument-order.js'),
      import('../cli/input/file-argument.js'),
      import('../operations/places/location.js'),
      import('../operations/sign/attest.js'),
    ]);
    await checkOrder('attest', args.subject, [args.file]);
    const place = resolvePlace(args.subject);
    const content = inputOf(args.file, flags, process.stdin);
    const options = { ...(await this.signingOptions(flags, place)), predicateType: flags['predicate-type'] };
    return this.printSigned('Attested', await attest(place, content, options), flags.recursive);
  }
}
