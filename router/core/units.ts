declare const unit: unique symbol;

/** A number or string that carries its unit or kind in its type and costs nothing at run time. */
export type Branded<Base, Name extends string> = Base & { readonly [unit]: Name };

/** A span or instant in milliseconds. Instants come from a {@link Clock}. */
export type Ms = Branded<number, 'Ms'>;

/** An instant in whole seconds since 1970, as blocks carry it. */
export type UnixSeconds = Branded<number, 'UnixSeconds'>;

export const ms = (value: number): Ms => value as Ms;
export const seconds = (value: number): Ms => (value * 1000) as Ms;
export const unixSeconds = (value: number | bigint): UnixSeconds => Number(value) as UnixSeconds;
