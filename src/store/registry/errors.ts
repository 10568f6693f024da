import { z } from 'zod';
import { RemoraError, type RemoraErrorCode } from '../../errors.js';
import { loginHint } from '../../io/auth.js';
import { discard, type HttpResponse, readBody } from '../../io/http.js';

const errorsSchema = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string(), message: z.string().nullish(), detail: z.unknown().optional() })),
});

const MAX_ERROR_BODY = 64 * 1024;

/**
 * An answer that is not what was asked for, as an error with what the registry said of it (distribution-spec,
 * "Error Codes").
 *
 * @param what the subject of the message: what was asked for
 */
export async function responseError(response: HttpResponse, what: string, registry: string): Promise<RemoraError> {
  const { status } = response;
  const said = await registrySaid(response);
  const message = `${what}: ${registry} answered ${status}${said === '' ? '' : `: ${said}`}`;
  const hint = hintFor(status, said, registry);
  return new RemoraError(codeFor(status), message, { status, ...(hint === undefined ? {} : { hint }) });
}

/** The codes in an answer's error body (distribution-spec, "Error Codes"); none when it has another body. */
export async function errorCodes(response: HttpResponse): Promise<readonly string[]> {
  try {
    const { errors } = errorsSchema.parse(JSON.parse((await readBody(response, MAX_ERROR_BODY, 'error')).toString()));
    return errors.map(({ code }) => code);
  } catch {
    return [];
  }
}

function codeFor(status: number): RemoraErrorCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 405 || status === 501) return 'UNSUPPORTED';
  if (status === 408) return 'TIMEOUT';
  if (status === 412) return 'CHANGED';
  if (status === 429 || status >= 500) return 'BUSY';
  return 'REJECTED';
}

function hintFor(status: number, said: string, registry: string): string | undefined {
  if (status === 401 || status === 403) return loginHint(registry);
  if (status === 429) return 'Wait for a while, or log in: registries give accounts more requests';
  if (status >= 500) return 'The registry has a fault of its own; try again later';
  if (said.startsWith('a web page')) return 'Check the host, or a proxy in between';
  if (status === 413 || /too large|MANIFEST_INVALID.*size/i.test(said)) return 'It may be too large for this registry';
  return undefined;
}

async function registrySaid(response: HttpResponse): Promise<string> {
  const type = response.header('content-type') ?? '';
  if (/html/i.test(type)) {
    await discard(response);
    return 'a web page, not a registry';
  }
  let text: string;
  try {
    text = (await readBody(response, MAX_ERROR_BODY, 'error')).toString('utf8').trim();
  } catch {
    return '';
  }
  try {
    const { errors } = errorsSchema.parse(JSON.parse(text));
    return errors
      .map(({ code, message, detail }) => [code, message, detailText(detail)].filter((part) => part).join(' '))
      .join('; ');
  } catch {
    return text.startsWith('<') ? 'a web page, not a registry' : text.slice(0, 200);
  }
}

function detailText(detail: unknown): string {
  if (detail === undefined || detail === null || detail === '') return '';
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return text === '{}' || text === '[]' ? '' : `(${text.slice(0, 200)})`;
}
