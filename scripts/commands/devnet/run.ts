import { startDevnet } from '../../devnet/network.ts';
import type { ProcessEndedError } from '../../devnet/processes.ts';
import { providerOfProcess } from '../../devnet/providerFleet.ts';
import { devnetSummary } from '../../devnet/summary.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';

export interface DevnetRunOptions {
  readonly port?: number;
  readonly anyPorts?: boolean;
  readonly providers: number;
  readonly watchers: number;
  readonly stateDir: string;
  readonly json?: boolean;
}

/**
 * `din devnet`: brings the network up, says where all is, and keeps it up until the signal. A provider or
 * a watcher may die (that is what they are for); the death of a chain or of the gateway ends the network.
 * @throws `startDevnet`'s errors, `ProcessEndedError`
 */
export async function run(options: DevnetRunOptions, io: CliIo): Promise<void> {
  const output = createOutput(io, options.json === true);
  const started = performance.now();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const told = whenTold(io.signal);
  const onUnexpectedEnd = (ended: ProcessEndedError) => {
    const provider = providerOfProcess(ended.processName);
    if (provider !== undefined)
      output.progress(
        `${provider} has died; \`npm run -s din -- devnet fault ${provider} none\` starts it again`,
      );
    // The others are a quorum as long as two thirds of them live.
    else if (ended.processName.startsWith('watcher-')) output.progress(ended.message);
    else broken.reject(ended);
  };
  output.progress('Bringing up a local network; Ctrl-C ends it.');
  let devnet: Awaited<ReturnType<typeof startDevnet>>;
  try {
    devnet = await startDevnet({
      stateDir: options.stateDir,
      providers: options.providers,
      watchers: options.watchers,
      ports: options.anyPorts === true ? 'any' : 'usual',
      ...(options.port === undefined ? {} : { gatewayPort: options.port }),
      ...(io.signal === undefined ? {} : { signal: io.signal }),
      onStep: (line) => output.progress(`  ${((performance.now() - started) / 1000).toFixed(1)} s  ${line}`),
      onUnexpectedEnd,
    });
  } catch (error) {
    if (io.signal?.aborted !== true) throw error;
    output.progress('Ended before it was up; nothing is left running.');
    return;
  }
  try {
    output.result({ ...devnet.state }, devnetSummary(devnet.state, devnet.stateFile));
    await Promise.race([told, broken.promise]);
  } finally {
    output.progress('Ending every process …');
    await devnet.stop();
    output.progress('The network has ended; nothing is left running.');
  }
}

/** Resolves on the signal; never without one. */
function whenTold(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
