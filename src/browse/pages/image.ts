import type { InspectResult } from '../../operations/inspect/schema.js';
import { facts, table } from '../../views/html/blocks.js';
import { type Html, html } from '../../views/html/html.js';
import { date } from '../../views/html/marks.js';
import { namesTable } from './names.js';

/** The config of an image: how it runs, its environment, labels and history. */
export function imageSections({ image }: InspectResult): Html | false {
  if (image === undefined) return false;
  const { config, history } = image;
  const run = [
    ['Author', image.author],
    ['User', config?.User],
    ['Working directory', config?.WorkingDir],
    ['Entrypoint', words(config?.Entrypoint)],
    ['Command', words(config?.Cmd)],
    ['Ports', Object.keys(config?.ExposedPorts ?? {}).join(', ')],
    ['Volumes', Object.keys(config?.Volumes ?? {}).join(', ')],
    ['Stop signal', config?.StopSignal],
  ] as const;
  const shown = run.flatMap(([name, value]) => (value ? [[name, html`<code>${value}</code>`] as const] : []));
  const variables = (config?.Env ?? []).map((entry) => {
    const [name = '', ...value] = entry.split('=');
    return [name, value.join('=')] as const;
  });
  return html`${shown.length > 0 && html`<h2>Config</h2>${facts(shown)}`}
${namesTable('Environment', variables)}
${namesTable('Labels', Object.entries(config?.Labels ?? {}))}
${steps(history ?? [])}`;
}

function words(list: readonly string[] | null | undefined): string | undefined {
  return list && list.length > 0 ? JSON.stringify(list) : undefined;
}

function steps(history: NonNullable<NonNullable<InspectResult['image']>['history']>): Html | false {
  if (history.length === 0) return false;
  const rows = history.map(({ created, created_by: by, comment, empty_layer: isEmpty }, index) => ({
    cells: [
      index + 1,
      html`<code>${by ?? comment ?? ''}</code>`,
      isEmpty ? 'no layer' : 'layer',
      created ? date(created) : '',
    ],
  }));
  return html`<h2>History</h2>${table('History', [{ name: 'Step', as: 'number' }, { name: 'Made by', as: 'text' }, { name: 'Result' }, { name: 'Created' }], rows)}`;
}
