import { HelmType } from '../names/helm.js';
import { plainDocument, type Recognised } from './recognised.js';
import { firstTarEntries, type TarEntry } from './tar-entries.js';

/** So many entries tell a chart or a bundle, or are the beginning of something else. */
const ENTRIES = 32;

/** WebAssembly in binary: a module (core specification §5.5.16) or a component (component model, Binary.md). */
export function wasm(bytes: Uint8Array): Recognised | undefined {
  const [a, b, c, d, version, high, layer, layerHigh] = bytes;
  if (a !== 0x00 || b !== 0x61 || c !== 0x73 || d !== 0x6d || high !== 0 || layerHigh !== 0) return undefined;
  if (layer === 0 && version === 1) return plainDocument('application/wasm', 'wasm', 'a WebAssembly module');
  return layer === 1 ? plainDocument('application/wasm', 'wasm', 'a WebAssembly component') : undefined;
}

/** Formats that are tar archives with gzip, pushed under names of their own. */
export function archive(bytes: Uint8Array): Recognised | undefined {
  const entries = firstTarEntries(bytes, ENTRIES);
  return entries.length === 0 ? undefined : (helmChart(entries) ?? opaBundle(entries));
}

/** A Helm chart (helm.sh, "Charts"): one directory with a Chart.yaml that has the fields that are required. */
function helmChart(entries: readonly TarEntry[]): Recognised | undefined {
  const names = entries.map(({ name }) => cleanName(name));
  const [directory = ''] = names[0]?.split('/') ?? [];
  if (directory === '' || names.some((name) => name !== directory && !name.startsWith(`${directory}/`)))
    return undefined;
  const chart = entries[names.indexOf(`${directory}/Chart.yaml`)];
  if (chart === undefined || !chart.isFile) return undefined;
  const text = Buffer.from(chart.content.subarray(0, 64 * 1024)).toString();
  if (![/^apiVersion: *["']?v[12]\b/m, /^name:/m, /^version:/m].every((field) => field.test(text))) return undefined;
  return {
    artifactType: HelmType.config,
    mediaType: HelmType.chart,
    kind: 'helm-chart',
    what: 'a Helm chart',
  };
}

const IN_BUNDLE = /(^|\/)(data\.(json|ya?ml)|[^/]+\.rego)$|^(\.manifest|\.signatures\.json|plan\.json|[^/]+\.wasm)$/;

/**
 * A bundle of the Open Policy Agent (its documentation, "Bundle File Format"): policies and data alone, with a manifest or a
 * policy among them. opa asks a registry for this layer type; the other type is conftest's.
 */
function opaBundle(entries: readonly TarEntry[]): Recognised | undefined {
  const names = entries.filter(({ isFile }) => isFile).map(({ name }) => cleanName(name));
  if (!names.every((name) => IN_BUNDLE.test(name))) return undefined;
  if (!names.some((name) => name === '.manifest' || name.endsWith('.rego'))) return undefined;
  return {
    artifactType: 'application/vnd.cncf.openpolicyagent.config.v1+json',
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    kind: 'policy',
    what: 'an OPA bundle',
  };
}

/** opa writes `/data.json`, tar of a directory `./data.json`. */
function cleanName(name: string): string {
  return name.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
}
