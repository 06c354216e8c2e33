import { isZero, sum } from "../../../ui/amounts";
import type { Amount } from "../../../ui/Money";
import { currencyOf, type Purchase, type PurchaseOrder } from "../purchase";

/** Why an action cannot be done now; null where it can. */
export interface Availability {
  confirm: string | null;
  charge: string | null;
  refund: string | null;
  cancel: string | null;
}

const NOT_LIVE = ["CANCELED", "EXPIRED"];

/** Fulfillments that do not keep Saleor from canceling their order. */
const ENDED_FULFILLMENTS = ["CANCELED", "REFUNDED", "REPLACED", "REFUNDED_AND_RETURNED", "RETURNED"];

/** What the API would refuse, and why. The rules are those of the API. */
export function readAvailability(purchase: Purchase, permissions: readonly string[]): Availability {
  const live = purchase.orders.filter(isLive);
  const needs = (name: string) =>
    permissions.includes(name) ? null : `Your account needs the permission ${name}.`;
  return {
    confirm:
      needs("MANAGE_ORDERS") ??
      unless(toConfirm(purchase).length > 0, "No order waits for confirmation."),
    charge:
      needs("HANDLE_PAYMENTS") ??
      unless(live.length > 0, "All orders are canceled or expired.") ??
      unless(!isZero(chargeable(purchase)), "Nothing is authorized that could be charged."),
    refund:
      needs("HANDLE_PAYMENTS") ??
      unless(!isZero(refundable(purchase.orders, currencyOf(purchase))), "Nothing is charged."),
    cancel:
      needs("MANAGE_ORDERS") ??
      unless(live.length > 0, "All orders are canceled or expired.") ??
      unless(toCancel(purchase).length > 0, "Every order has fulfilled goods."),
  };
}

export const isLive = (order: PurchaseOrder) => !NOT_LIVE.includes(order.status);

export const toConfirm = (purchase: Purchase) =>
  purchase.orders.filter((order) => order.status === "UNCONFIRMED");

export const toCancel = (purchase: Purchase) =>
  purchase.orders.filter(
    (order) =>
      isLive(order) &&
      order.fulfillments.every(({ status }) => ENDED_FULFILLMENTS.includes(status)),
  );

/** What is authorized for orders that are neither canceled nor expired. */
export const chargeable = (purchase: Purchase): Amount =>
  sum(
    purchase.orders.filter(isLive).map((order) => order.totalAuthorized),
    currencyOf(purchase),
  );

export const refundable = (orders: readonly PurchaseOrder[], currency: string): Amount =>
  sum(
    orders.map((order) => order.totalCharged),
    currency,
  );

function unless(isFine: boolean, reason: string): string | null {
  return isFine ? null : reason;
}
