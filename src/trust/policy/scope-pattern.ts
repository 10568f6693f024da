import { quote } from '../../oci/text/quote.js';
import { scopedHost } from '../values/repository.js';
import { EVERYTHING } from './scope.js';

const HOST = /^[a-z0-9*?.-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/;
const PART = /^[a-z0-9._*?-]+$/;

/** Why a pattern cannot be the scope of a rule: it would fit no image, or others than it seems. Undefined where it can. */
export function complaintOfScope(pattern: string): string | undefined {
  if (pattern === EVERYTHING) return undefined;
  const [host = '', ...parts] = pattern.split('/');
  const got = `got ${quote(pattern)}`;
  if (pattern.length > 1000 || parts.length > 100) return 'wanted a pattern of 1,000 characters and 100 parts at most';
  if (/^(?:oci|oci-archive|dir|ocidir):/.test(pattern))
    return `wanted a repository; only the scope ** fits images in layouts and archives, ${got}`;
  if (parts.length === 0 || !(host.startsWith('*') || /[.:*?]/.test(host) || host === 'localhost'))
    return `wanted a registry with a repository like ghcr.io/acme/app or ghcr.io/acme/**, ${got}`;
  if (/[@:]/.test(parts.join('/'))) return `wanted a repository without tag and digest, ${got}`;
  const odd = [...(HOST.test(host) ? [] : [host]), ...parts.filter((part) => !PART.test(part))][0];
  if (odd !== undefined)
    return `wanted lower-case letters, digits, ".", "_", "-", "*" and "?" between the slashes, got ${quote(odd)}`;
  if (pattern.split('/').some((part) => part.length > 2 && part.includes('**')))
    return `wanted ** as a whole part between slashes, ${got}`;
  // Repositories of Docker Hub have two parts, of which `library` is left out at times.
  if (host === 'docker.io' && parts.length === 1 && parts[0] !== '**')
    return `wanted a repository of Docker Hub in full, like docker.io/library/${parts[0]}, ${got}`;
  if (/(?::443|\.)$|\.:/.test(host))
    return `wanted a registry without the port 443 and a final dot, got ${quote(host)}`;
  if (/[*?]/.test(host)) return undefined;
  if (!URL.canParse(`https://${host}`)) return `wanted a registry, got ${quote(host)}`;
  const canonical = scopedHost(host);
  return canonical === host ? undefined : `wanted the registry as ${canonical}, got ${quote(host)}`;
}
