import { KIND_HUES } from '../text/palette.js';

const TONES = ['ink', 'fill', 'line', 'dot'];

/** The colours of badges and pictures by kind; a theme's variables say how strong and how light. Grey is the rule without one. */
export const KIND_STYLE = Object.entries(KIND_HUES)
  .filter(([, hue]) => hue !== 'grey')
  .map(
    ([kind, hue]) =>
      `.kind-${kind}{${TONES.map((tone) => `--kind-${tone}:hsl(${hue} var(--mark-${tone}))`).join(';')}}`,
  )
  .join('\n');
