import { boolean, option, string } from '@oclif/core/flags';

/** Flags of the commands that put members into an index. */
export const memberFlags = {
  platform: string({
    summary:
      'Platform of a member, like app:v1=linux/arm64; without MEMBER= for the only one [default: its image config]',
    helpValue: '[MEMBER=]OS/ARCH[/VARIANT]',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'member-annotation': string({
    summary: "Annotation of a member's entry; can be given several times",
    helpValue: 'MEMBER:KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'same-platform': option({ options: ['refuse', 'replace', 'keep'] as const })({
    summary: 'Treatment of a member whose platform another one has',
    default: 'refuse' as const,
  }),
  recursive: boolean({
    char: 'r',
    summary: 'Copy what is attached to members of other places as well',
  }),
  'dry-run': boolean({ summary: 'Show the index, and write nothing' }),
};
