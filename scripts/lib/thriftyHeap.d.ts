/** For V8. */
export const FLAGS: readonly string[];
/** For the C library: variables of the environment. */
export const ALLOCATOR: Readonly<Record<string, string>>;
export function startThrifty(): void;
