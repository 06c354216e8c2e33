import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import type { OrderWidgetQuery } from "../../graphql/graphql";
import { EXPIRED, FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { euro, gross } from "../../testing/purchase";
import { renderApp } from "../../testing/renderApp";

type Order = NonNullable<OrderWidgetQuery["order"]>;

const ORDER: Order = {
  id: "order-41",
  number: "41",
  seller: { name: "Anna's Apiary" },
  orderGroup: {
    number: "12",
    orders: [
      {
        id: "order-40",
        number: "40",
        status: "FULFILLED",
        chargeStatus: "FULL",
        authorizeStatus: "FULL",
        seller: null,
        total: gross(10.5),
      },
      {
        id: "order-41",
        number: "41",
        status: "UNFULFILLED",
        chargeStatus: "NONE",
        authorizeStatus: "FULL",
        seller: { name: "Anna's Apiary" },
        total: gross(20),
      },
    ],
  },
  transactions: [
    {
      id: "transaction-1",
      name: "Card ending in 4242",
      pspReference: "intent-1",
      shares: [
        {
          id: "share-1",
          order: { id: "order-41" },
          authorizedAmount: euro(15),
          chargedAmount: euro(0),
          chargePendingAmount: euro(5),
          refundedAmount: euro(0),
          refundPendingAmount: euro(0),
          canceledAmount: euro(0),
          cancelPendingAmount: euro(0),
          unavailableActions: [
            { action: "CANCEL", reason: "Canceling would take the authorization from #40." },
          ],
        },
      ],
    },
  ],
};

function open(answer: Answer) {
  const api = new FakeApi({ OrderWidget: answer });
  return renderApp("/order-widget?orderId=order-41&id=QXBwOjE%3D", { api });
}

const openOrder = (part: Partial<Order> = {}) => open({ data: { order: { ...ORDER, ...part } } });

it("says where the order is in its purchase", async () => {
  const { api } = openOrder();
  const heading = await screen.findByRole("heading", { level: 2 });
  expect(heading.textContent).toBe("Order 2 of 2 of purchase #12");
  expect(screen.getByText("Seller: Anna's Apiary")).toBeDefined();
  expect(api.asked).toEqual([
    { name: "OrderWidget", variables: { id: "order-41" }, authorization: "Bearer token-1" },
  ]);
});

it("lists the orders with seller, total and statuses", async () => {
  openOrder();
  const list = await screen.findByRole("list", { name: "Orders of the purchase" });
  expect(within(list).getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "#40The shop itself€10.50ChargedFulfilled",
    "#41 (this order)Anna's Apiary€20.00AuthorizedUnfulfilled",
  ]);
});

it("shows the order's share of the payment, as far as money has moved", async () => {
  openOrder();
  const share = await screen.findByRole("region", { name: "Share of Card ending in 4242" });
  expect(within(share).getAllByRole("term").map((term) => term.textContent)).toEqual([
    "Authorized",
    "Charge pending",
  ]);
  expect(within(share).getAllByRole("definition").map((amount) => amount.textContent)).toEqual([
    "€15.00",
    "€5.00",
  ]);
});

it("says why an action is not offered", async () => {
  openOrder();
  expect(
    await screen.findByText(
      "Cancel is not offered: Canceling would take the authorization from #40.",
    ),
  ).toBeDefined();
});

it("shows no other order's share", async () => {
  const [transaction] = ORDER.transactions;
  const shares = (transaction?.shares ?? []).map((share) => ({ ...share, order: { id: "order-40" } }));
  openOrder({ transactions: [{ ...transaction, shares } as Order["transactions"][number]] });
  await screen.findByRole("heading", { level: 2 });
  expect(screen.queryByRole("region", { name: /^Share of/ })).toBeNull();
});

it("leads to a sibling and to the purchase", async () => {
  const { host, user } = openOrder();
  await user.click(await screen.findByRole("link", { name: "#40" }));
  await user.click(screen.getByRole("link", { name: "purchase #12" }));
  expect(host.redirects).toEqual(["/orders/order-40", "/extensions/app/QXBwOjE%3D/purchases/12"]);
});

it("works by keyboard", async () => {
  const { host, user } = openOrder();
  await screen.findByRole("heading", { level: 2 });
  await user.tab();
  await user.tab();
  await user.keyboard("{Enter}");
  expect(host.redirects).toEqual(["/orders/order-40"]);
});

it("says in one sentence that an order has no purchase", async () => {
  openOrder({ orderGroup: null, transactions: [] });
  expect(await screen.findByText("This order is not part of a purchase.")).toBeDefined();
  expect(screen.queryByRole("heading")).toBeNull();
});

it("says that an order was not found", async () => {
  open({ data: { order: null } });
  expect(
    await screen.findByText("This order was not found, or you may not see it."),
  ).toBeDefined();
});

it("shows bars while it waits", async () => {
  const { answer, release } = held({ data: { order: ORDER } });
  open(answer);
  expect(await screen.findByRole("status", { name: "Loading" })).toBeDefined();
  release();
  expect(await screen.findByRole("heading", { level: 2 })).toBeDefined();
  expect(screen.queryByRole("status", { name: "Loading" })).toBeNull();
});

it("names the permission that is missing", async () => {
  open({ data: { order: null }, errors: [permissionDenied("MANAGE_ORDERS", ["order"])] });
  expect(await screen.findByText("You may not see this")).toBeDefined();
  expect(screen.getByText(/needs the permission MANAGE_ORDERS\./)).toBeDefined();
});

it("says that the session has ended", async () => {
  open({ errors: [EXPIRED] });
  expect(await screen.findByText("Your session in the Dashboard has ended")).toBeDefined();
});

it("says that the plugin is of another version", async () => {
  open({ errors: [{ message: 'Cannot query field "shares" on type "TransactionItem".' }] });
  expect(
    await screen.findByText("The plugin and these pages are of different versions"),
  ).toBeDefined();
});

it("tries again after a missing answer", async () => {
  const { api, user } = renderApp("/order-widget?orderId=order-41");
  const retry = await screen.findByRole("button", { name: "Try again" });
  expect(screen.getByText("The shop does not answer")).toBeDefined();
  api.answer("OrderWidget", { data: { order: ORDER } });
  await user.click(retry);
  expect(await screen.findByRole("heading", { level: 2 })).toBeDefined();
});
