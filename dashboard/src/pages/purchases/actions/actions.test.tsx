import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeApi, held, type Answer, type Body } from "../../../testing/fakeApi";
import { FakeHost } from "../../../testing/fakeHost";
import { euro, makeOrder, makePurchase, makeShopOrder } from "../../../testing/purchase";
import { renderApp } from "../../../testing/renderApp";
import type { Purchase } from "../purchase";

const NO_REASONS = { data: { refundSettings: { reasonReferenceType: null } } };

const AUTHORIZED = {
  orders: [
    makeShopOrder({ totalAuthorized: euro(10.5), totalCharged: euro(0) }),
    makeOrder({ totalAuthorized: euro(20), totalCharged: euro(0) }),
  ],
};
const UNCONFIRMED = {
  orders: [makeShopOrder({ status: "UNCONFIRMED" }), makeOrder()],
};

interface Failure {
  message: string;
}

const result = (number: string, seller: string | null, ...errors: Failure[]) => ({
  order: { id: `order-${number}`, number, seller: seller && { name: seller } },
  errors: errors.map((error) => ({ field: null, code: "INVALID", ...error })),
  isPending: false,
});

const FINE = [result("40", null), result("41", "Anna's Apiary")];

const payload = (field: string, results = FINE, errors: Failure[] = []): Body => ({
  data: { [field]: { results, errors } },
});

function open(part: Partial<Purchase>, answers: Record<string, Answer> = {}, host = new FakeHost()) {
  const api = new FakeApi({
    Purchase: { data: { orderGroup: makePurchase(part) } },
    RefundReasonType: NO_REASONS,
    ...answers,
  });
  return renderApp("/purchases/12", { api, host });
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const dialog = () => screen.getByRole("dialog");
const outcome = (role: string) => screen.findByRole(role);

async function openDialog({ user }: ReturnType<typeof open>, name: string) {
  await user.click(await screen.findByRole("button", { name }));
  return within(dialog());
}

it("says next to the buttons why an action is not offered", async () => {
  open({});
  const charge = await screen.findByRole<HTMLButtonElement>("button", { name: "Charge" });
  expect(charge.disabled).toBe(true);
  expect(screen.getByText("Charge: Nothing is authorized that could be charged.")).toBeDefined();
  expect(screen.getByText("Confirm: No order waits for confirmation.")).toBeDefined();
  expect(button("Refund").disabled).toBe(false);
  expect(button("Cancel").disabled).toBe(false);
});

it("names the permission that is missing for moving money", async () => {
  open({}, {}, new FakeHost({ permissions: ["MANAGE_ORDERS"] }));
  await screen.findByRole("button", { name: "Refund" });
  expect(
    screen.getByText("Refund: Your account needs the permission HANDLE_PAYMENTS."),
  ).toBeDefined();
  expect(button("Refund").disabled).toBe(true);
});

it("does nothing without a confirmation", async () => {
  const app = open({});
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Back" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(app.api.variablesOf("RefundPurchase")).toEqual([]);
});

it("confirms orders, and names those that wait", async () => {
  const app = open(UNCONFIRMED, { ConfirmPurchase: payload("orderGroupConfirm") });
  const inDialog = await openDialog(app, "Confirm");
  expect(inDialog.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "#40 (The shop itself): €10.50",
  ]);
  await app.user.click(inDialog.getByRole("button", { name: "Confirm orders" }));
  expect((await outcome("status")).textContent).toBe(
    "The orders are confirmed#40 (The shop itself): no error#41 (Anna's Apiary): no error",
  );
  expect(app.api.variablesOf("ConfirmPurchase")).toEqual([{ id: "group-12" }]);
});

it("cancels orders, and says what stays charged", async () => {
  const app = open({}, { CancelPurchase: payload("orderGroupCancel") });
  const inDialog = await openDialog(app, "Cancel");
  expect(inDialog.getByText("€30.50 stays charged. Canceling refunds nothing.")).toBeDefined();
  expect(inDialog.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "#40 (The shop itself): €10.50",
    "#41 (Anna's Apiary): €20.00",
  ]);
  await app.user.click(inDialog.getByRole("button", { name: "Cancel 2 orders" }));
  expect((await outcome("status")).textContent).toContain("The orders are canceled");
  expect(app.api.variablesOf("CancelPurchase")).toEqual([{ id: "group-12" }]);
});

it("says that a cancelation goes on in the background", async () => {
  const results = FINE.map((each) => ({ ...each, isPending: true }));
  const app = open({}, { CancelPurchase: payload("orderGroupCancel", results) });
  const inDialog = await openDialog(app, "Cancel");
  await app.user.click(inDialog.getByRole("button", { name: "Cancel 2 orders" }));
  expect((await outcome("status")).textContent).toBe(
    "The orders are being canceled#40 (The shop itself): goes on in the background#41 (Anna's Apiary): goes on in the background",
  );
});

it("says that the authorization ends with the last live order", async () => {
  const inDialog = await openDialog(open(AUTHORIZED), "Cancel");
  expect(inDialog.getByText("The authorization of €30.50 is canceled too.")).toBeDefined();
});

it("says that the authorization stays while another order remains", async () => {
  const fulfillments = [{ id: "f1", status: "FULFILLED" as const, trackingNumber: "" }];
  const [first, second] = AUTHORIZED.orders as [Purchase["orders"][number], Purchase["orders"][number]];
  const inDialog = await openDialog(open({ orders: [first, { ...second, fulfillments }] }), "Cancel");
  expect(
    inDialog.getByText("The authorization of €30.50 stays, because other orders remain."),
  ).toBeDefined();
  expect(inDialog.getByRole("button", { name: "Cancel 1 order" })).toBeDefined();
});

it("charges all that is authorized", async () => {
  const app = open(AUTHORIZED, { ChargePurchase: payload("orderGroupCharge") });
  const inDialog = await openDialog(app, "Charge");
  expect(
    inDialog.getByText("€30.50 is charged for #40 (The shop itself), #41 (Anna's Apiary)."),
  ).toBeDefined();
  await app.user.click(inDialog.getByRole("button", { name: "Charge €30.50" }));
  expect((await outcome("status")).textContent).toContain("The charge was requested");
  expect(app.api.variablesOf("ChargePurchase")).toEqual([{ id: "group-12", amount: "30.50" }]);
});

it("sends an amount exactly as it was typed", async () => {
  const app = open(AUTHORIZED, { ChargePurchase: payload("orderGroupCharge") });
  const inDialog = await openDialog(app, "Charge");
  await app.user.type(inDialog.getByLabelText("Amount in EUR"), "12.30");
  await app.user.click(inDialog.getByRole("button", { name: "Charge €12.30" }));
  await outcome("status");
  expect(app.api.variablesOf("ChargePurchase")).toEqual([{ id: "group-12", amount: "12.30" }]);
});

it.each([
  ["30.51", "The amount is more than there is."],
  ["0", "The amount must be more than zero."],
  ["1,5", "Write the amount like 12.00."],
])("sends no amount of %s", async (typed, message) => {
  const app = open(AUTHORIZED);
  const inDialog = await openDialog(app, "Charge");
  await app.user.type(inDialog.getByLabelText("Amount in EUR"), typed);
  expect(inDialog.getByText(message)).toBeDefined();
  expect(inDialog.queryByText(/is charged for/)).toBeNull();
  expect(inDialog.getByRole<HTMLButtonElement>("button", { name: "Charge" }).disabled).toBe(true);
});

it("refunds the chosen orders with an amount and a reason", async () => {
  const app = open({}, { RefundPurchase: payload("orderGroupRefund", [result("41", "Anna's Apiary")]) });
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByLabelText("#40 (The shop itself): €10.50 charged"));
  await app.user.type(inDialog.getByLabelText("Amount in EUR"), "5.5");
  await app.user.type(inDialog.getByLabelText("Reason"), " Broken jar ");
  expect(inDialog.getByText("€5.50 is refunded for #41 (Anna's Apiary).")).toBeDefined();
  await app.user.click(inDialog.getByRole("button", { name: "Refund €5.50" }));
  expect((await outcome("status")).textContent).toBe(
    "The refund was requested#41 (Anna's Apiary): no error",
  );
  expect(app.api.variablesOf("RefundPurchase")).toEqual([
    {
      id: "group-12",
      amount: "5.5",
      orders: ["order-41"],
      reason: "Broken jar",
      reasonReference: null,
    },
  ]);
});

it("refunds all by default, and names the sum of the chosen orders", async () => {
  const app = open({}, { RefundPurchase: payload("orderGroupRefund") });
  const inDialog = await openDialog(app, "Refund");
  expect(
    inDialog.getByText("€30.50 is refunded for #40 (The shop itself), #41 (Anna's Apiary)."),
  ).toBeDefined();
  await app.user.click(inDialog.getByLabelText("#41 (Anna's Apiary): €20.00 charged"));
  expect(inDialog.getByRole("button", { name: "Refund €10.50" })).toBeDefined();
  await app.user.click(inDialog.getByLabelText("#40 (The shop itself): €10.50 charged"));
  expect(inDialog.getByText("Choose at least one order.")).toBeDefined();
  expect(inDialog.getByRole<HTMLButtonElement>("button", { name: /^Refund / }).disabled).toBe(true);
});

it("does not offer an order without a charge for a refund", async () => {
  const orders = [makeShopOrder({ totalCharged: euro(0) }), makeOrder()];
  const inDialog = await openDialog(open({ orders }), "Refund");
  expect(inDialog.getAllByRole("checkbox")).toHaveLength(1);
});

it("asks for one of the shop's reasons where the shop requires it", async () => {
  const app = open(
    {},
    {
      RefundReasonType: {
        data: { refundSettings: { reasonReferenceType: { id: "type-1", name: "Refund reason" } } },
      },
      RefundReasons: { data: { pages: { edges: [{ node: { id: "page-1", title: "Damaged" } }] } } },
      RefundPurchase: payload("orderGroupRefund"),
    },
  );
  const inDialog = await openDialog(app, "Refund");
  const choice = await inDialog.findByLabelText("Refund reason");
  await inDialog.findByRole("option", { name: "Damaged" });
  expect(inDialog.getByRole<HTMLButtonElement>("button", { name: "Refund €30.50" }).disabled).toBe(true);
  await app.user.selectOptions(choice, "Damaged");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  await outcome("status");
  expect(app.api.variablesOf("RefundReasons")).toEqual([{ type: "type-1" }]);
  expect(app.api.variablesOf("RefundPurchase")[0]).toMatchObject({ reasonReference: "page-1" });
});

it("sends one request for a double click", async () => {
  const { answer, release } = held(payload("orderGroupRefund"));
  const app = open({}, { RefundPurchase: answer });
  const inDialog = await openDialog(app, "Refund");
  await app.user.dblClick(inDialog.getByRole("button", { name: "Refund €30.50" }));
  expect(inDialog.getByRole<HTMLButtonElement>("button", { name: "Working…" }).disabled).toBe(true);
  release();
  await outcome("status");
  expect(app.api.variablesOf("RefundPurchase")).toHaveLength(1);
});

it("reads the purchase again, closes, and moves the focus to the result", async () => {
  const app = open({}, { RefundPurchase: payload("orderGroupRefund") });
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  const notice = await outcome("status");
  expect(screen.queryByRole("dialog")).toBeNull();
  await waitFor(() => expect(app.api.variablesOf("Purchase")).toHaveLength(2));
  expect(document.activeElement?.contains(notice)).toBe(true);
});

it("shows the error of the order that another operator had changed meanwhile", async () => {
  const app = open(
    {},
    {
      RefundPurchase: payload("orderGroupRefund", [
        result("40", null),
        result("41", "Anna's Apiary", { message: "Nothing is left to refund." }),
      ]),
    },
  );
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  expect((await outcome("alert")).textContent).toBe(
    "The refund failed for some orders" +
      "#40 (The shop itself): no error#41 (Anna's Apiary): Nothing is left to refund.",
  );
  await waitFor(() => expect(app.api.variablesOf("Purchase")).toHaveLength(2));
});

it("shows the error of the whole action", async () => {
  const message = "The amount is higher than what is left.";
  const app = open({}, { RefundPurchase: payload("orderGroupRefund", [], [{ message }]) });
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  expect((await outcome("alert")).textContent).toBe(`Nothing was refunded${message}`);
});

it("does not claim to know what came of a request without an answer", async () => {
  const app = open({}, { RefundPurchase: new TypeError("Failed to fetch") });
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  expect((await outcome("alert")).textContent).toBe(
    "The shop did not answerIt is not known whether the action was carried out. " +
      "Look at the amounts and statuses below before you try again.",
  );
  await waitFor(() => expect(app.api.variablesOf("Purchase")).toHaveLength(2));
});

it("shows a refusal of the API", async () => {
  const message = "To access this path, you need one of the following permissions: HANDLE_PAYMENTS";
  const app = open({}, { RefundPurchase: { data: { orderGroupRefund: null }, errors: [{ message }] } });
  const inDialog = await openDialog(app, "Refund");
  await app.user.click(inDialog.getByRole("button", { name: "Refund €30.50" }));
  expect((await outcome("alert")).textContent).toBe(`Nothing was refunded${message}`);
});
