import { expect, it } from "vitest";

import { euro, makeOrder, makePurchase, makeShopOrder } from "../../../testing/purchase";
import { chargeable, readAvailability, toCancel, toConfirm } from "./availability";

const ALL = ["MANAGE_ORDERS", "HANDLE_PAYMENTS"];

it("offers what the API would do", () => {
  const purchase = makePurchase({
    orders: [
      makeShopOrder({ status: "UNCONFIRMED", totalAuthorized: euro(10.5), totalCharged: euro(0) }),
      makeOrder(),
    ],
  });
  expect(readAvailability(purchase, ALL)).toEqual({
    confirm: null,
    charge: null,
    refund: null,
    cancel: null,
  });
});

it("says why nothing can be done with a purchase that was canceled unpaid", () => {
  const ended = { status: "CANCELED", totalCharged: euro(0), totalAuthorized: euro(10) } as const;
  const purchase = makePurchase({ orders: [makeShopOrder(ended), makeOrder(ended)] });
  expect(readAvailability(purchase, ALL)).toEqual({
    confirm: "No order waits for confirmation.",
    charge: "All orders are canceled or expired.",
    refund: "Nothing is charged.",
    cancel: "All orders are canceled or expired.",
  });
});

it("names the permissions that are missing", () => {
  expect(readAvailability(makePurchase(), [])).toEqual({
    confirm: "Your account needs the permission MANAGE_ORDERS.",
    charge: "Your account needs the permission HANDLE_PAYMENTS.",
    refund: "Your account needs the permission HANDLE_PAYMENTS.",
    cancel: "Your account needs the permission MANAGE_ORDERS.",
  });
});

it("charges only what is authorized", () => {
  expect(readAvailability(makePurchase(), ALL).charge).toBe(
    "Nothing is authorized that could be charged.",
  );
});

it("refunds an order that was canceled but stays charged", () => {
  const purchase = makePurchase({ orders: [makeOrder({ status: "CANCELED" })] });
  expect(readAvailability(purchase, ALL).refund).toBeNull();
});

it("leaves out authorizations of orders that are not live", () => {
  const authorized = { totalAuthorized: euro(10) };
  const purchase = makePurchase({
    orders: [makeShopOrder({ ...authorized, status: "EXPIRED" }), makeOrder(authorized)],
  });
  expect(chargeable(purchase)).toEqual(euro(10));
});

it("does not cancel an order with fulfilled goods", () => {
  const fulfillments = [{ id: "f1", status: "FULFILLED" as const, trackingNumber: "" }];
  const purchase = makePurchase({
    orders: [makeShopOrder({ fulfillments }), makeOrder({ fulfillments })],
  });
  expect(readAvailability(purchase, ALL).cancel).toBe("Every order has fulfilled goods.");
});

it("cancels an order whose goods came back", () => {
  const fulfillments = [{ id: "f1", status: "RETURNED" as const, trackingNumber: "" }];
  const order = makeOrder({ fulfillments });
  expect(toCancel(makePurchase({ orders: [order] }))).toEqual([order]);
});

it("confirms unconfirmed orders only", () => {
  const waiting = makeOrder({ status: "UNCONFIRMED" });
  expect(toConfirm(makePurchase({ orders: [makeShopOrder(), waiting] }))).toEqual([waiting]);
});

it("offers nothing but a reason where Saleor has deleted every order", () => {
  expect(readAvailability(makePurchase({ orders: [] }), ALL)).toEqual({
    confirm: "No order waits for confirmation.",
    charge: "All orders are canceled or expired.",
    refund: "Nothing is charged.",
    cancel: "All orders are canceled or expired.",
  });
});
