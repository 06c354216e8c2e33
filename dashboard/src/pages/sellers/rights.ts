/** What members and apps of a seller may do with its orders. */
import type { SellerRightEnum } from "../../graphql/graphql";

export type Rights = readonly SellerRightEnum[];

export const RIGHTS: { value: SellerRightEnum; label: string; meaning: string }[] = [
  { value: "DECIDE", label: "Decide", meaning: "Confirm an order, cancel an order." },
  {
    value: "FULFILL",
    label: "Fulfill",
    meaning: "Ship, change a tracking number, cancel a shipment.",
  },
  { value: "REFUND", label: "Refund", meaning: "Refund, or ask the shop for a refund." },
];

export function describeRights(rights: Rights): string {
  const labels = RIGHTS.filter(({ value }) => rights.includes(value)).map(({ label }) => label);
  return labels.join(", ") || "Read only";
}

/** Give the right or take it away; the order is that of `RIGHTS`. */
export function toggleRight(rights: Rights, right: SellerRightEnum): SellerRightEnum[] {
  const isGiven = rights.includes(right);
  return RIGHTS.map(({ value }) => value).filter((value) =>
    value === right ? !isGiven : rights.includes(value),
  );
}
