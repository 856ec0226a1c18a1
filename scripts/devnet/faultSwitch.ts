import { request } from 'undici';
import { DinError } from '../../router/core/dinError.ts';
import type { Fault, FaultRequest } from './fault.ts';
import type { ProviderStats } from './providerNode.ts';

/** The hand on one provider's switch. Errors: {@link SwitchError}. */
export interface FaultSwitch {
  set(fault: FaultRequest): Promise<Fault>;
  get(): Promise<Fault>;
  stats(): Promise<ProviderStats>;
}

export function createFaultSwitch(controlUrl: string): FaultSwitch {
  return {
    set: (fault) => controlRequest<Fault>(`${controlUrl}/fault`, fault),
    get: () => controlRequest<Fault>(`${controlUrl}/fault`),
    stats: () => controlRequest<ProviderStats>(`${controlUrl}/stats`),
  };
}

/** POSTs `body`, or GETs when there is none, and returns the JSON answer. @throws {@link SwitchError} */
export async function controlRequest<Answer>(url: string, body?: unknown): Promise<Answer> {
  let status: number;
  let text: string;
  try {
    const response = await request(url, {
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      headersTimeout: 5000,
    });
    status = response.statusCode;
    text = await response.body.text();
  } catch (cause) {
    throw new SwitchError(`nothing answers at ${url}`, { cause });
  }
  const answer = JSON.parse(text) as Answer & { error?: string };
  if (status !== 200) throw new SwitchError(answer.error ?? `status ${status}`);
  return answer;
}

export class SwitchError extends DinError {
  readonly code = 'FAULT_SWITCH';
}
