// Ponder wants all tables from this file, and writes them in this order: see schema/forRouters.ts.
// biome-ignore-all lint/performance/noBarrelFile: see above
// biome-ignore-all lint/performance/noReExportAll: see above
export * from './schema/forRouters.ts';
export * from './schema/past.ts';
export * from './schema/present.ts';
export * from './schema/relations.ts';
export * from './schema/tip.ts';
