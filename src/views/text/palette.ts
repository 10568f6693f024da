import type { Kind } from '../../formats/kinds/kind.js';
import type { Verdict } from '../../trust/values/judgement.js';

/** A hue of the colour circle in degrees; `grey` has none. */
export type Hue = number | 'grey';

/** The colour of each kind, the same in all pictures and pages. */
export const KIND_HUES: Readonly<Record<Kind, Hue>> = {
  sbom: 212,
  signature: 174,
  attestation: 262,
  provenance: 284,
  vex: 34,
  scan: 352,
  'test-result': 192,
  'helm-chart': 224,
  kubernetes: 236,
  wasm: 250,
  policy: 48,
  model: 316,
  license: 84,
  certificate: 160,
  lifecycle: 14,
  image: 'grey',
};

/** The colour of each verdict. */
export const VERDICT_HUES: Readonly<Record<Verdict, Hue>> = { verified: 140, wrong: 0, unchecked: 'grey' };

/** How light the parts of a mark are, in percent. */
export interface Tone {
  readonly saturation: number;
  readonly lightness: number;
}

/** The tones of marks on white. */
export const TONES = {
  ink: { saturation: 62, lightness: 26 },
  line: { saturation: 42, lightness: 68 },
  fill: { saturation: 68, lightness: 95 },
} as const satisfies Readonly<Record<string, Tone>>;

/** `#1a2b3c`, for languages that know no hues. */
export function hex(hue: Hue, { saturation, lightness }: Tone): string {
  const s = hue === 'grey' ? 0 : saturation / 100;
  const l = lightness / 100;
  const channel = (offset: number) => {
    const k = (offset + (hue === 'grey' ? 0 : hue) / 30) % 12;
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
