import type { PurchaseQuery } from "../../graphql/graphql";
import { SHOP } from "../../ui/sellers";

export type Purchase = NonNullable<PurchaseQuery["orderGroup"]>;
export type PurchaseOrder = Purchase["orders"][number];
export type Payment = NonNullable<Purchase["transactions"]>[number];

/** An order as operators call it, e.g. `#12 (Anna's Apiary)`. */
export function nameOf(order: { number: string; seller?: { name: string } | null }): string {
  return `#${order.number} (${order.seller?.name ?? SHOP})`;
}

export const currencyOf = (purchase: Purchase) => purchase.total.gross.currency;
