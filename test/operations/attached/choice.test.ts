import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import type { Attachment } from '../../../src/operations/attached/attachment.js';
import { type Candidate, deciding, PULL_CHOICE } from '../../../src/operations/attached/choice.js';

let count = 0;

function candidate({
  annotations,
  artifactType,
  ...rest
}: Partial<Candidate> & {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
} = {}): Candidate {
  const digest = digestOf(Buffer.from(String(++count)));
  const descriptor: Attachment['descriptor'] = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 1,
    ...(annotations && { annotations }),
    ...(artifactType === undefined ? {} : { artifactType }),
  };
  return { descriptor, via: ['api'], formats: [], kind: 'sbom', ...rest };
}

const short = ({ descriptor }: Candidate) => descriptor.digest.slice(7, 19);
const day = (number: number) => `2026-01-0${number}T00:00:00Z`;

describe('the selector that alone decides', () => {
  it('is the format, where each has its own, and the newest where dates differ', () => {
    const found = [
      candidate({ formats: ['spdx'], created: day(1) }),
      candidate({ formats: ['cyclonedx'], created: day(2) }),
    ] as const;
    expect(deciding(found, PULL_CHOICE)).toBe(
      `--format spdx or --format cyclonedx alone decides; --latest takes the newest, --digest ${short(found[0])} the first, --all all of them`,
    );
  });

  it('is named for the ones that it tells apart', () => {
    const found = [
      candidate({ formats: ['spdx'] }),
      candidate({ formats: ['cyclonedx'] }),
      candidate({ formats: ['cyclonedx'] }),
    ] as const;
    expect(deciding(found, PULL_CHOICE)).toBe(
      `--format spdx alone decides; --digest ${short(found[0])} takes the first, --all all of them`,
    );
  });

  it('is of several kinds where one kind does not tell all apart', () => {
    const found = [
      candidate({ formats: ['cyclonedx'] }),
      candidate({ formats: ['spdx'], annotations: { team: 'blue' } }),
      candidate({ formats: ['spdx'] }),
    ];
    expect(deciding(found, PULL_CHOICE)).toMatch(
      /^--format cyclonedx or --annotation team=blue alone decides; --digest /,
    );
  });

  it('is not a wrapper that several have, and no flag that the verb lacks', () => {
    const found = [candidate({ formats: ['dsse', 'spdx'] }), candidate({ formats: ['dsse', 'cyclonedx'] })] as const;
    expect(deciding(found, PULL_CHOICE)).toMatch(/^--format spdx or --format cyclonedx alone decides;/);
    expect(deciding(found, {})).toBe(`--digest ${found[0].descriptor.digest} takes the first`);
  });

  it.each<[string, Parameters<typeof candidate>[0], Parameters<typeof candidate>[0]]>([
    ['--platform linux/amd64 or --platform linux/arm64', { platform: 'linux/amd64' }, { platform: 'linux/arm64' }],
    ['--kind scan', {}, { kind: 'scan' }],
    ['--artifact-type a/a or --artifact-type a/b', { artifactType: 'a/a' }, { artifactType: 'a/b' }],
    ['--predicate-type https://b.example/v1', {}, { predicateType: 'https://b.example/v1' }],
    [
      "--annotation team=blue or --annotation 'team=it'\\''s red'",
      { annotations: { team: 'blue' } },
      { annotations: { team: "it's red" } },
    ],
  ])('is %s', (words, one, other) => {
    const hint = deciding([candidate(one), candidate(other)], PULL_CHOICE);
    expect(hint).toContain(words.split(' or ')[0]);
    expect(hint).toMatch(/ alone decides; --digest \w{12} takes the first, --all all of them$/);
  });

  it('is not a type without a version, which fits all of them', () => {
    const found = [
      candidate({ predicateType: 'https://slsa.dev/provenance' }),
      candidate({ predicateType: 'https://slsa.dev/provenance/v1' }),
    ];
    expect(deciding(found, PULL_CHOICE)).toMatch(/^--predicate-type https:\/\/slsa.dev\/provenance\/v1 alone decides/);
  });

  it('is never the latest with equal, absent or wrong dates', () => {
    for (const date of [day(1), undefined, 'yesterday'])
      expect(
        deciding([candidate({ created: day(1) }), candidate(date === undefined ? {} : { created: date })], PULL_CHOICE),
      ).not.toContain('--latest');
  });

  it('leaves out values that act on a terminal or are endless', () => {
    const found = [
      candidate({ annotations: { evil: '\u001b[2J' } }),
      candidate({ annotations: { long: 'x'.repeat(1000) } }),
    ];
    expect(deciding(found, PULL_CHOICE)).toMatch(/^--digest /);
  });
});
