import type { FailureReason } from './outcome.ts';

const BY_CODE: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  // No route, port, descriptor, memory or permission, or a resolver that does not answer: the node was never asked.
  ENETUNREACH: 'own-machine',
  EADDRNOTAVAIL: 'own-machine',
  EMFILE: 'own-machine',
  ENFILE: 'own-machine',
  ENOBUFS: 'own-machine',
  ENOMEM: 'own-machine',
  EACCES: 'own-machine',
  EPERM: 'own-machine',
  EAI_AGAIN: 'own-machine',
  EAI_MEMORY: 'own-machine',
  EAI_SYSTEM: 'own-machine',
  ENOTFOUND: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  EPROTO: 'tls',
  ETIMEDOUT: 'timeout',
  PRIVATE_ADDRESS: 'private-address',
};

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** What a failed or broken connection is, by the error's code and never by its text. */
export function failureReason(error: unknown): FailureReason {
  const code = codeOf(error);
  const known = BY_CODE[code];
  if (known) return known;
  return TLS_CODE.test(code) ? 'tls' : 'reset';
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses tried: the first failure stands for all.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
