/** A number that a store must keep as a floating-point one, whole or not. */
export class Real {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What a parameter may hold. A whole `number` is sent as an integer, any other as a floating-point one. */
export type Value = null | boolean | number | string | Real | readonly Value[] | { readonly [name: string]: Value };

export type Parameters = { readonly [name: string]: Value };

/** Properties of a node or an edge: null is absent, so none is held. */
export type Properties = Record<string, Value>;

/** A row of an answer, by the aliases of the statement; integers come as numbers. */
export type Row = Readonly<Record<string, unknown>>;
