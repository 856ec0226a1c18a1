import { ponder } from 'ponder:registry';
import { recordContractChange } from '../lib/recordContractChange.ts';

for (const contract of ['Registry', 'Vault'] as const) {
  ponder.on(`${contract}:CourtProposed`, async ({ event, context }) => {
    await recordContractChange(context, event, 'court', event.args.court, event.args.effectiveAt);
  });
  ponder.on(`${contract}:CourtChanged`, async ({ event, context }) => {
    await recordContractChange(context, event, 'court', event.args.court);
  });
}

ponder.on('Registry:EscrowProposed', async ({ event, context }) => {
  await recordContractChange(context, event, 'escrow', event.args.escrow, event.args.effectiveAt);
});

ponder.on('Registry:EscrowChanged', async ({ event, context }) => {
  await recordContractChange(context, event, 'escrow', event.args.escrow);
});

ponder.on('Registry:SuccessorProposed', async ({ event, context }) => {
  await recordContractChange(context, event, 'successor', event.args.successor, event.args.effectiveAt);
});
