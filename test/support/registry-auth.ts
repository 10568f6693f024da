import { type Call, Refusal } from './registry-call.js';
import type { RegistryAuth } from './registry-options.js';

/** Refuses a request without the credentials it needs. */
export function authorize(call: Call): void {
  const { auth } = call.options;
  if (auth === undefined || call.elsewhere) return;
  const [, scheme = '', secret = ''] = /^(\S+) +(.*)$/.exec(call.exchange.request.headers.authorization ?? '') ?? [];
  const scope = neededScope(call);
  const given = scheme.toLowerCase() === auth.type ? secret : '';
  if (auth.type === 'basic' ? passes(auth.users, given) : given !== '' && auth.verify(given, scope)) return;
  throw new Refusal(401, 'UNAUTHORIZED', 'authentication required', {
    'www-authenticate': challenges(auth, scope, given !== ''),
  });
}

/** Name and password of a Basic header's second part. */
export function decodeBasic(text: string): [name: string, password: string] {
  const plain = Buffer.from(text, 'base64').toString();
  const colon = plain.indexOf(':');
  return colon === -1 ? [plain, ''] : [plain.slice(0, colon), plain.slice(colon + 1)];
}

function passes(users: Readonly<Record<string, string>>, secret: string): boolean {
  const [name, password] = decodeBasic(secret);
  return Object.hasOwn(users, name) && users[name] === password;
}

/** What distribution asks for, the source of a mount included. */
function neededScope({ name, exchange: { method, query } }: Call): string {
  if (name === '') return '';
  const read = method === 'GET' || method === 'HEAD';
  const actions = read ? 'pull' : method === 'DELETE' ? 'delete' : 'pull,push';
  const from = query.get('from');
  return `repository:${name}:${actions}${from === null ? '' : ` repository:${from}:pull`}`;
}

function challenges(auth: RegistryAuth, scope: string, refused: boolean): string[] {
  const own = auth.type === 'basic' ? 'Basic realm="registry"' : bearerChallenge(auth, scope, refused);
  const texts = typeof auth.challenge === 'string' ? [auth.challenge] : (auth.challenge ?? [own]);
  return texts.map((text) => text.replaceAll('{scope}', scope));
}

function bearerChallenge(auth: { realm: string; service: string }, scope: string, refused: boolean): string {
  const parameters = [`realm="${auth.realm}"`, `service="${auth.service}"`];
  if (scope !== '') parameters.push(`scope="${scope}"`);
  if (refused) parameters.push('error="insufficient_scope"');
  return `Bearer ${parameters.join(',')}`;
}
