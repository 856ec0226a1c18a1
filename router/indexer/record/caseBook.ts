import { decodeEventLog } from 'viem';
import { slashingCourtAbi } from '../../chain/abi/slashingCourt.ts';
import { OFFENCES } from '../../chain/commitment.ts';
import { unixSeconds } from '../../core/units.ts';
import type { PendingCase } from '../../registry/networkRecord.ts';
import type { Hex, NetworkKey } from '../../registry/providerSet.ts';
import type { MinedLog } from '../logAnswer.ts';
import type { LogFold } from './recentLogs.ts';

/** The court's cases that are not decided, as of those of its events that were read. */
export interface CaseBook extends LogFold {
  pending(): readonly PendingCase[];
}

type CaseEvent =
  | { readonly kind: 'opened'; readonly opened: PendingCase }
  | { readonly kind: 'appealed'; readonly id: Hex; readonly executableAt: PendingCase['executableAt'] }
  | { readonly kind: 'decided'; readonly id: Hex };

export function createCaseBook(): CaseBook {
  /** In the chain's order. Few: a case costs a quorum of watchers, and its provider a part of its stake. */
  let events: { readonly block: bigint; readonly event: CaseEvent }[] = [];
  let known: readonly PendingCase[] | undefined;

  const pending = () => {
    const cases = new Map<Hex, PendingCase>();
    for (const { event } of events) {
      if (event.kind === 'opened') cases.set(event.opened.id, event.opened);
      else if (event.kind === 'decided') cases.delete(event.id);
      else {
        const opened = cases.get(event.id);
        if (opened) cases.set(event.id, { ...opened, state: 'appealed', executableAt: event.executableAt });
      }
    }
    return [...cases.values()];
  };

  return {
    take(log) {
      const event = readCaseEvent(log);
      if (event === undefined) return;
      events.push({ block: log.blockNumber, event });
      known = undefined;
    },
    rollBack(to) {
      events = events.filter(({ block }) => block <= to);
      known = undefined;
    },
    pending() {
      known ??= pending();
      return known;
    },
  };
}

function readCaseEvent({ topics, data }: MinedLog): CaseEvent | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi: slashingCourtAbi, topics, data });
    switch (eventName) {
      case 'CaseOpened': {
        const { caseId: id, provider, network, epoch, offence, amount, executableAt } = args;
        const opened: PendingCase = {
          ...{ id, provider, amount, state: 'open', epoch: Number(epoch) },
          network: network as NetworkKey,
          offence: OFFENCES[offence] ?? 'unknown',
          executableAt: unixSeconds(executableAt),
        };
        return { kind: 'opened', opened };
      }
      case 'CaseAppealed':
        return { kind: 'appealed', id: args.caseId, executableAt: unixSeconds(args.executableAt) };
      case 'CaseVetoed':
      case 'CaseOverturned':
      case 'CaseExecuted':
        return { kind: 'decided', id: args.caseId };
      default:
        return undefined;
    }
  } catch {
    // An event of a later version of the court.
    return undefined;
  }
}
