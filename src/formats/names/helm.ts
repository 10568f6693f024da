import { isObject } from '../../oci/text/lenient.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Naming } from './naming.js';

/** Helm's media types (its `pkg/registry/constants.go`). */
export const HelmType = {
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  provenance: 'application/vnd.cncf.helm.chart.provenance.v1.prov',
} as const;

/** The name of the archive of a chart, as `helm package` and `helm pull` write it. */
export function chartFile(name: string, version: string): string {
  return `${name}-${version}.tgz`;
}

/** Helm's charts: the manifest or its config, which is Chart.yaml as JSON, has their name and version. */
export const helmNaming: Naming = {
  fits: ({ configType }) => configType === HelmType.config,
  needsConfig: ({ annotations }) =>
    annotations[Annotation.title] === undefined || annotations[Annotation.version] === undefined,
  names({ annotations, layers }, config) {
    const chart = isObject(config) ? config : {};
    const name = annotations[Annotation.title] ?? chart.name;
    const version = annotations[Annotation.version] ?? chart.version;
    const isTold = typeof name === 'string' && typeof version === 'string' && name !== '' && version !== '';
    const file = isTold ? chartFile(name, version) : undefined;
    return layers.map(({ mediaType }) => {
      // Helm takes one chart: names that two layers share would tell neither.
      if (file === undefined || layers.filter((other) => other.mediaType === mediaType).length > 1) return undefined;
      if (mediaType === HelmType.chart) return { name: file };
      return mediaType === HelmType.provenance ? { name: `${file}.prov` } : undefined;
    });
  },
};
