import type { ProberDependencies } from './prober.ts';

/** Of a prober that knows nothing of any network, on a machine that never is in trouble. */
export const knowsNothing: Pick<ProberDependencies, 'truths' | 'examine' | 'trouble' | 'onWrong' | 'log'> = {
  truths: { of: () => undefined },
  examine: async () => undefined,
  trouble: { tick() {}, corrected: (sample) => sample, settle: (samples) => [...samples] },
  onWrong() {},
  log: {
    error(fields) {
      throw new Error(JSON.stringify(fields));
    },
  },
};
