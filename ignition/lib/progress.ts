import { type ExecutionEventListener, ExecutionEventType } from '@nomicfoundation/ignition-core';

/** Tells of every contract that is deployed and every call that is made; all other events are silent. */
export function createProgressListener(onProgress: (line: string) => void): ExecutionEventListener {
  const silent = Object.fromEntries(
    Object.values(ExecutionEventType).map((type) => [camelCase(type), async () => {}]),
  ) as unknown as ExecutionEventListener;
  return {
    ...silent,
    async deploymentExecutionStateComplete({ futureId, result }) {
      if (result.type === 'SUCCESS') onProgress(`${nameOf(futureId)} deployed at ${result.result}`);
    },
    async callExecutionStateComplete({ futureId, result }) {
      if (result.type === 'SUCCESS') onProgress(`${nameOf(futureId)} set up`);
    },
  };
}

/** `Din#StakeVault` → `StakeVault`. */
function nameOf(futureId: string): string {
  return futureId.slice(futureId.indexOf('#') + 1).replace(/^AccessManager\./, '');
}

function camelCase(type: string): string {
  return type.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
