import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { EXPIRED, FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { FakeHost } from "../../testing/fakeHost";
import { euro, makePurchase, makeShopOrder } from "../../testing/purchase";
import { currentRoute, renderApp } from "../../testing/renderApp";
import type { Purchase } from "./purchase";

const answerWith = (part: Partial<Purchase> = {}) => ({
  data: { orderGroup: makePurchase(part) },
});

function open(answer: Answer = answerWith(), host = new FakeHost()) {
  return renderApp("/purchases/12?id=QXBwOjE%3D", { api: new FakeApi({ Purchase: answer }), host });
}

const section = (name: string) => screen.findByRole("region", { name });

async function cells(name: string) {
  const table = await screen.findByRole("table", { name });
  return within(table)
    .getAllByRole<HTMLTableRowElement>("row")
    .slice(1)
    .map((row) => [...row.cells].map((cell) => cell.textContent));
}

async function pairs(name: string) {
  const area = await section(name);
  const amounts = within(area).getAllByRole("definition");
  return within(area)
    .getAllByRole("term")
    .map((term, place) => `${term.textContent}: ${amounts[place]?.textContent}`);
}

it("asks for the purchase by its number", async () => {
  const { api } = open();
  await section("Orders");
  expect(api.variablesOf("Purchase")).toEqual([{ number: "12" }]);
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Purchase #12");
  expect(document.title).toBe("Purchase #12");
});

it("lists the orders", async () => {
  open();
  expect(await cells("Orders")).toEqual([
    ["#40", "The shop itself", "Charged", "Unfulfilled", "€10.50", "€10.50"],
    ["#41", "Anna's Apiary", "Charged", "Unfulfilled", "€20.00", "€20.00"],
  ]);
});

it("leads to an order and to the customer", async () => {
  const { host, user } = open();
  await user.click(await screen.findByRole("link", { name: "#41" }));
  await user.click(screen.getByRole("link", { name: "mira@example.com" }));
  expect(host.redirects).toEqual(["/orders/order-41", "/customers/user-1"]);
});

it("lists the goods of each seller", async () => {
  open();
  expect(await cells("Goods of The shop itself")).toEqual([
    ["Market tote bag ", "TOTE", "1", "0", "€10.50", "€10.50"],
  ]);
  expect(await cells("Goods of Anna's Apiary")).toEqual([
    ["Linden honey 500 g", "HONEY", "2", "0", "€8.00", "€16.00"],
  ]);
  expect((await section("Goods by seller")).textContent).toContain("Delivery: Parcel, €4.00");
});

it("shows tracking numbers", async () => {
  const fulfillments = [{ id: "f1", status: "FULFILLED" as const, trackingNumber: "DHL-1" }];
  open(answerWith({ orders: [makeShopOrder({ fulfillments })] }));
  expect((await section("Goods by seller")).textContent).toContain("Tracking: DHL-1");
});

it("shows the money", async () => {
  open();
  expect(await pairs("Money")).toEqual([
    "Placed: €30.50",
    "Goods: €26.50",
    "Delivery: €4.00",
    "Discounts: €2.00",
    "Tax in it: €4.87",
    "Total: €30.50",
    "Charged: €30.50",
    "Due: €0.00",
  ]);
});

it("shows what is authorized, refunded and due", async () => {
  open(
    answerWith({
      totalAuthorized: euro(5),
      totalRefunded: euro(3),
      totalBalance: euro(-7.5),
      totalDiscount: euro(0),
    }),
  );
  expect((await pairs("Money")).slice(4)).toEqual([
    "Total: €30.50",
    "Authorized: €5.00",
    "Charged: €30.50",
    "Refunded: €3.00",
    "Due: €7.50",
  ]);
});

it("says that too much was charged", async () => {
  open(answerWith({ totalBalance: euro(7.5) }));
  expect((await pairs("Money")).at(-1)).toBe("Charged too much: €7.50");
});

it("names gift cards", async () => {
  open(answerWith({ giftCards: [{ id: "g1", last4CodeChars: "ABCD" }] }));
  expect((await section("Money")).textContent).toContain(
    "Paid in part with the gift card ending in ABCD.",
  );
});

it("formats amounts and times for the Dashboard's language", async () => {
  open(answerWith(), new FakeHost({ locale: "de" }));
  const rows = await cells("Orders");
  expect(rows[0]?.at(-1)?.replace(/\s/, " ")).toBe("10,50 €");
});

it("shows taxes and discounts", async () => {
  open();
  expect(await cells("Taxes")).toEqual([["Default", "19%", "€25.63", "€4.87", "€30.50"]]);
  expect(await cells("Discounts")).toEqual([["Voucher SPRING", "#41: €2.00", "€2.00"]]);
});

it("leaves out taxes and discounts where there are none", async () => {
  open(answerWith({ taxes: [], discounts: [] }));
  await section("Orders");
  expect(screen.queryByRole("region", { name: "Taxes" })).toBeNull();
  expect(screen.queryByRole("region", { name: "Discounts" })).toBeNull();
});

it("shows each order's share of each payment", async () => {
  open();
  expect(await cells("Shares of Card ending in 4242")).toEqual([
    ["#40 (The shop itself)", "€0.00", "€10.50", "€0.00", "€0.00", "€0.00"],
    ["#41 (Anna's Apiary)", "€0.00", "€20.00", "€0.00", "€0.00", "€0.00"],
    ["Whole payment", "€0.00", "€30.50", "€0.00", "€0.00", "€0.00"],
  ]);
});

it("says that there is no payment", async () => {
  open(answerWith({ transactions: [] }));
  expect((await section("Payments")).textContent).toContain("There is no payment.");
});

it("shows the timeline, the newest first", async () => {
  open();
  const list = await screen.findByRole("list", { name: "Events, the newest first" });
  const [newest, oldest] = within(list).getAllByRole("listitem").map((item) => item.textContent);
  expect(newest).toMatch(/^Fully paid by order #41Charged: €0\.00 → €30\.50Mar 1, 2026/);
  expect(oldest).toMatch(/^CreatedMar 1, 2026/);
});

it("says why an adopted purchase has an order without a seller", async () => {
  const message = "Order #41 has products of several sellers.";
  open(answerWith({ adoption: { message, sellers: [] } }));
  expect(await screen.findByText(message)).toBeDefined();
});

it("says that nothing is left of a purchase without orders", async () => {
  open(answerWith({ orders: [], events: [] }));
  expect((await section("Orders")).textContent).toContain("The purchase has no orders left.");
  expect((await section("Timeline")).textContent).toContain("No event was recorded.");
});

it("saves the external reference", async () => {
  const { api, host, user } = open();
  api.answer("UpdatePurchase", {
    data: { orderGroupUpdate: { orderGroup: { id: "group-12" }, errors: [] } },
  });
  const form = within(await screen.findByRole("form", { name: "External reference" }));
  const save = form.getByRole<HTMLButtonElement>("button", { name: "Save" });
  expect(save.disabled).toBe(true);
  await user.type(form.getByRole("textbox"), " web-7001 ");
  await user.click(save);
  await waitFor(() => expect(api.variablesOf("Purchase")).toHaveLength(2));
  expect(api.variablesOf("UpdatePurchase")).toEqual([
    { id: "group-12", externalReference: "web-7001" },
  ]);
  expect(host.notices).toEqual([{ status: "success", title: "The reference is saved" }]);
});

it("removes the external reference", async () => {
  const { api, user } = open(answerWith({ externalReference: "web-7001" }));
  api.answer("UpdatePurchase", {
    data: { orderGroupUpdate: { orderGroup: { id: "group-12" }, errors: [] } },
  });
  const form = within(await screen.findByRole("form", { name: "External reference" }));
  await user.clear(form.getByRole("textbox"));
  await user.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(api.variablesOf("UpdatePurchase")).toEqual([
      { id: "group-12", externalReference: null },
    ]),
  );
});

it("says why a reference was refused", async () => {
  const { api, user } = open();
  const message = "Order group with this External reference already exists.";
  api.answer("UpdatePurchase", {
    data: {
      orderGroupUpdate: {
        orderGroup: null,
        errors: [{ field: "externalReference", message, code: "UNIQUE" }],
      },
    },
  });
  const form = within(await screen.findByRole("form", { name: "External reference" }));
  await user.type(form.getByRole("textbox"), "web-7001");
  await user.click(form.getByRole("button", { name: "Save" }));
  expect(await form.findByText(message)).toBeDefined();
  expect(api.variablesOf("Purchase")).toHaveLength(1);
});

it("asks for nothing without the permission, and says which it needs", async () => {
  const { api } = open(answerWith(), new FakeHost({ permissions: ["MANAGE_PRODUCTS"] }));
  expect(await screen.findByText(/MANAGE_ORDERS/)).toBeDefined();
  expect(api.variablesOf("Purchase")).toEqual([]);
});

it("goes back to the list", async () => {
  const { user } = open();
  await section("Orders");
  await user.click(screen.getByRole("link", { name: "All purchases" }));
  await waitFor(() => expect(currentRoute()).toMatch(/^\/purchases\?/));
});

it("does not say whether a purchase is missing or another channel's", async () => {
  open({ data: { orderGroup: null } });
  expect(
    await screen.findByText("This purchase was not found, or it is not yours to see"),
  ).toBeDefined();
});

it("shows bars while it waits", async () => {
  const { answer, release } = held(answerWith());
  open(answer);
  expect(await screen.findByRole("status", { name: "Loading" })).toBeDefined();
  release();
  await section("Orders");
});

it("names the permission that is missing", async () => {
  open({ data: { orderGroup: null }, errors: [permissionDenied("MANAGE_ORDERS", ["orderGroup"])] });
  expect(await screen.findByText("You may not see this")).toBeDefined();
});

it("says that the session has ended", async () => {
  open({ errors: [EXPIRED] });
  expect(await screen.findByText("Your session in the Dashboard has ended")).toBeDefined();
});
