import { relations } from 'ponder';
import { caseChange, measurement } from './past.ts';
import { network, provider, service, slashingCase } from './present.ts';

export const networkRelations = relations(network, ({ many }) => ({ services: many(service) }));

export const providerRelations = relations(provider, ({ many }) => ({
  services: many(service),
  cases: many(slashingCase),
}));

export const serviceRelations = relations(service, ({ one, many }) => ({
  ofProvider: one(provider, {
    fields: [service.registry, service.provider],
    references: [provider.registry, provider.id],
  }),
  onNetwork: one(network, {
    fields: [service.registry, service.network],
    references: [network.registry, network.id],
  }),
  measurements: many(measurement),
}));

export const measurementRelations = relations(measurement, ({ one }) => ({
  service: one(service, {
    fields: [measurement.registry, measurement.serviceId],
    references: [service.registry, service.serviceId],
  }),
}));

export const caseRelations = relations(slashingCase, ({ one, many }) => ({
  ofProvider: one(provider, {
    fields: [slashingCase.registry, slashingCase.provider],
    references: [provider.registry, provider.id],
  }),
  changes: many(caseChange),
}));

export const caseChangeRelations = relations(caseChange, ({ one }) => ({
  case: one(slashingCase, { fields: [caseChange.caseId], references: [slashingCase.id] }),
}));
