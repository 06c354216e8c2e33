import { Dashboard } from "../dashboard";
import {
  ask,
  buy,
  decline,
  delayPayments,
  deleteGroup,
  getPaymentRequests,
  money,
  orderOf,
  shop,
  type Purchase,
  type SellersOrder,
} from "../shop";
import { expect, test } from "../test";

const { paid, partlyFulfilled, canceled, outlet } = shop.purchases;

test("a purchase shows its orders, money, payments and history", async ({ dashboard }) => {
  const { frame } = dashboard;
  await open(dashboard, paid);

  const orders = frame.getByRole("table", { name: "Orders", exact: true });
  for (const order of paid.orders) {
    const row = orders.getByRole("row").filter({ hasText: `#${order.number}` });
    await expect(row).toContainText(order.seller?.name ?? "The shop itself");
    await expect(row).toContainText(money(order.total.gross.amount));
  }
  await expect(frame.getByRole("table", { name: "Goods of Anna's Apiary" })).toContainText(
    "Linden honey",
  );
  await expect(frame.getByRole("region", { name: "Money" })).toContainText(
    money(paid.total.gross.amount),
  );
  await expect(frame.getByRole("table", { name: "Shares of Card ending in 4242" })).toContainText(
    "Bright Ceramics",
  );
  await expect(frame.getByRole("region", { name: "Customer" })).toContainText("Mira Lindt");
  await expect(frame.getByRole("region", { name: "Timeline" }).getByRole("listitem")).not.toHaveCount(0);
});

test("a purchase leads to its orders and back to the list", async ({ dashboard }) => {
  const honey = orderOf(paid, "anna-apiary");
  await open(dashboard, paid);
  await dashboard.frame
    .getByRole("table", { name: "Orders", exact: true })
    .getByRole("link", { name: `#${honey.number}` })
    .click();
  await dashboard.expectRedirect(`/orders/${encodeURIComponent(honey.id)}`);

  await dashboard.frame.getByRole("link", { name: "All purchases" }).click();
  await expect(dashboard.frame.getByRole("table", { name: "Purchases" })).toBeVisible();
});

test("what cannot be done says why", async ({ dashboard }) => {
  await open(dashboard, canceled);

  for (const [name, reason] of [
    ["Confirm", "No order waits for confirmation."],
    ["Charge", "All orders are canceled or expired."],
    ["Refund", "Nothing is charged."],
    ["Cancel", "All orders are canceled or expired."],
  ] as const) {
    const button = dashboard.frame.getByRole("button", { name, exact: true });
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription(`${name}: ${reason}`);
  }
});

test("an authorized purchase is charged", async ({ dashboard }) => {
  const purchase = await buy("authorized");
  const total = money(purchase.total.gross.amount);
  await open(dashboard, purchase);

  await press(dashboard, "Charge", `Charge ${total}`);

  await expect(outcome(dashboard)).toContainText("The charge was requested");
  for (const order of purchase.orders) {
    await expect(outcome(dashboard)).toContainText(`#${order.number}`);
  }
  expect(await readMoney(purchase)).toEqual({
    charged: purchase.total.gross.amount,
    refunded: 0,
    status: "UNFULFILLED",
  });
});

test("a part of a purchase is charged", async ({ dashboard }) => {
  const purchase = await buy("authorized");
  await open(dashboard, purchase);

  await dashboard.frame.getByRole("button", { name: "Charge", exact: true }).click();
  await dashboard.frame.getByRole("textbox", { name: "Amount in EUR" }).fill("10.01");
  await dashboard.frame.getByRole("button", { name: "Charge €10.01" }).click();

  await expect(outcome(dashboard)).toContainText("The charge was requested");
  expect(await readMoney(purchase)).toMatchObject({ charged: 10.01 });
});

test("an amount that is none is refused before a request", async ({ dashboard }) => {
  const purchase = await buy("paid");
  await open(dashboard, purchase);
  await dashboard.frame.getByRole("button", { name: "Refund", exact: true }).click();
  const amount = dashboard.frame.getByRole("textbox", { name: "Amount in EUR" });

  for (const wrong of ["1.001", "-1", "a lot", "0", "1e3", "99999999"]) {
    await amount.fill(wrong);
    await expect(amount, wrong).toHaveAttribute("aria-invalid", "true");
    await expect(
      dashboard.frame.getByRole("dialog").getByRole("button", { name: /^Refund/ }),
    ).toBeDisabled();
  }
  expect(await getPaymentRequests()).toEqual([]);
});

test("a refund is confirmed with its amount and orders", async ({ dashboard }) => {
  const purchase = await buy("paid");
  const honey = orderOf(purchase, "anna-apiary");
  await open(dashboard, purchase);
  await chooseOrders(dashboard, purchase, [honey]);
  const dialog = dashboard.frame.getByRole("dialog", { name: `Refund purchase #${purchase.number}` });
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Crystallized");
  const amount = money(honey.total.gross.amount);
  await expect(dialog).toContainText(
    `${amount} is refunded for #${honey.number} (Anna's Apiary).`,
  );
  expect(await getPaymentRequests()).toEqual([]);

  await dialog.getByRole("button", { name: `Refund ${amount}` }).click();

  await expect(outcome(dashboard)).toContainText("The refund was requested");
  await expect(outcome(dashboard)).toContainText(`#${honey.number} (Anna's Apiary): no error`);
  expect(await readMoney(purchase)).toMatchObject({ refunded: honey.total.gross.amount });
  expect((await getPaymentRequests()).map(({ action }) => action.actionType)).toEqual(["REFUND"]);
});

test("Back in the confirmation moves no money", async ({ dashboard }) => {
  const purchase = await buy("paid");
  await open(dashboard, purchase);
  await dashboard.frame.getByRole("button", { name: "Refund", exact: true }).click();
  await dashboard.frame.getByRole("dialog").getByRole("button", { name: "Back" }).click();

  await expect(dashboard.frame.getByRole("dialog")).toHaveCount(0);
  expect(await getPaymentRequests()).toEqual([]);
});

test("a refund that the provider declines moves no money", async ({ dashboard }) => {
  const purchase = await buy("paid");
  const chosen = [orderOf(purchase, "anna-apiary"), orderOf(purchase, "bright-ceramics")];
  await decline(chosen.map(({ number }) => number));
  await open(dashboard, purchase);
  await chooseOrders(dashboard, purchase, chosen);

  await dashboard.frame.getByRole("dialog").getByRole("button", { name: /^Refund/ }).click();

  for (const { number, seller } of chosen) {
    await expect(outcome(dashboard)).toContainText(`#${number} (${seller?.name})`);
  }
  expect(await readMoney(purchase)).toMatchObject({ refunded: 0 });
  await expect(dashboard.frame.getByRole("region", { name: "Money" })).not.toContainText("Refunded");
});

test("a double click is one request", async ({ dashboard }) => {
  const purchase = await buy("paid");
  const mutations: string[] = [];
  dashboard.page.on("request", (request) => {
    if (request.postData()?.includes("orderGroupRefund")) mutations.push(request.url());
  });
  await delayPayments(1);
  await open(dashboard, purchase);
  await dashboard.frame.getByRole("button", { name: "Refund", exact: true }).click();
  await dashboard.frame.getByRole("dialog").getByRole("button", { name: /^Refund/ }).dblclick();

  const working = dashboard.frame.getByRole("button", { name: "Working…" });
  await expect(working).toBeDisabled();
  await expect(outcome(dashboard)).toContainText("The refund was requested");
  expect(mutations).toHaveLength(1);
  // The whole payment is refunded at once.
  expect(await getPaymentRequests()).toHaveLength(1);
  expect(await readMoney(purchase)).toMatchObject({ refunded: purchase.total.gross.amount });
});

test("of two operators who refund at once the later is told", async ({ dashboard, browser }) => {
  const purchase = await buy("paid");
  const other = new Dashboard(await browser.newPage());
  await open(dashboard, purchase);
  await open(other, purchase, "market");
  await press(other, "Refund", `Refund ${money(purchase.total.gross.amount)}`);
  await expect(outcome(other)).toContainText("The refund was requested");

  await press(dashboard, "Refund", `Refund ${money(purchase.total.gross.amount)}`);

  await expect(outcome(dashboard)).toContainText("Nothing was refunded");
  await expect(dashboard.frame.getByRole("button", { name: "Refund", exact: true })).toBeDisabled();
  expect(await readMoney(purchase)).toMatchObject({ refunded: purchase.total.gross.amount });
  await other.page.close();
});

test("a purchase is canceled", async ({ dashboard }) => {
  const purchase = await buy("authorized");
  await open(dashboard, purchase);

  await press(dashboard, "Cancel", `Cancel ${purchase.orders.length} orders`);

  await expect(outcome(dashboard)).toContainText("The orders are canceled");
  expect(await readMoney(purchase)).toMatchObject({ status: "CANCELED", charged: 0 });
});

test("orders that have shipped are not canceled", async ({ dashboard }) => {
  await open(dashboard, partlyFulfilled);
  await dashboard.frame.getByRole("button", { name: "Cancel", exact: true }).click();

  const dialog = dashboard.frame.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Cancel 3 orders" })).toBeEnabled();
  await expect(dialog).toContainText("stays charged. Canceling refunds nothing.");
});

test("a purchase is confirmed", async ({ dashboard }) => {
  const purchase = await buy("unconfirmed");
  await open(dashboard, purchase);

  await press(dashboard, "Confirm", "Confirm orders");

  await expect(outcome(dashboard)).toContainText("The orders are confirmed");
  expect(await readMoney(purchase)).toMatchObject({ status: "UNFULFILLED" });
});

test("a purchase that is deleted meanwhile says so", async ({ dashboard }) => {
  const purchase = await buy("paid");
  await open(dashboard, purchase);
  await deleteGroup(purchase.id);

  await press(dashboard, "Refund", `Refund ${money(purchase.total.gross.amount)}`);

  await expect(
    dashboard.frame.getByRole("heading", { name: /^This purchase was not found/ }),
  ).toBeVisible();
  expect(await getPaymentRequests()).toEqual([]);
});

test("a purchase that never was says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openPage("/purchases/999999999");

  await expect(
    dashboard.frame.getByRole("heading", { name: /^This purchase was not found/ }),
  ).toBeVisible();
});

test("a purchase of another channel is not shown", async ({ dashboard }) => {
  await dashboard.logIn("market");
  await dashboard.openPage(`/purchases/${outlet.number}`);

  await expect(
    dashboard.frame.getByRole("heading", { name: /^This purchase was not found/ }),
  ).toBeVisible();
});

test("staff without HANDLE_PAYMENTS move no money", async ({ dashboard }) => {
  await open(dashboard, paid, "packer");

  for (const name of ["Charge", "Refund"]) {
    await expect(dashboard.frame.getByRole("button", { name, exact: true })).toBeDisabled();
  }
  await expect(dashboard.frame.getByText("Refund: Your account needs the permission HANDLE_PAYMENTS.")).toBeVisible();
  await expect(dashboard.frame.getByRole("button", { name: "Cancel", exact: true })).toBeEnabled();
});

test("staff without MANAGE_ORDERS are told what they lack", async ({ dashboard }) => {
  await dashboard.logIn("catalog");
  await dashboard.openPage(`/purchases/${paid.number}`);

  await expect(dashboard.frame.getByText(/MANAGE_ORDERS/)).toBeVisible();
  await expect(dashboard.frame.getByRole("table")).toHaveCount(0);
});

test("a refund works by keyboard alone", async ({ dashboard }) => {
  const purchase = await buy("paid");
  const { page, frame } = dashboard;
  await open(dashboard, purchase);
  const refund = frame.getByRole("button", { name: "Refund", exact: true });
  await frame.getByRole("link", { name: "All purchases" }).focus();
  await tabTo(dashboard, "Refund");
  await page.keyboard.press("Enter");
  const dialog = frame.getByRole("dialog");
  await expect(dialog).toBeVisible();

  // Tab goes around in the dialog.
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press("Tab");
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(refund).toBeFocused();

  await page.keyboard.press("Enter");
  await tabTo(dashboard, `Refund ${money(purchase.total.gross.amount)}`);
  await page.keyboard.press("Enter");

  await expect(outcome(dashboard)).toContainText("The refund was requested");
});

async function open(dashboard: Dashboard, purchase: Purchase, name: "admin" | "market" | "packer" = "admin") {
  await dashboard.logIn(name);
  await dashboard.openPage(`/purchases/${purchase.number}`);
  await expect(
    dashboard.frame.getByRole("heading", { name: `Purchase #${purchase.number}`, level: 1 }),
  ).toBeVisible();
  await expect(dashboard.frame.getByRole("table", { name: "Orders", exact: true })).toBeVisible();
}

/** Ask for a refund of some orders of the purchase. */
async function chooseOrders({ frame }: Dashboard, purchase: Purchase, chosen: SellersOrder[]) {
  await frame.getByRole("button", { name: "Refund", exact: true }).click();
  for (const order of purchase.orders.filter((each) => !chosen.includes(each))) {
    await frame.getByRole("checkbox", { name: `#${order.number}` }).uncheck();
  }
}

/** Choose an action, and confirm it. */
async function press(dashboard: Dashboard, action: string, confirmation: string) {
  await dashboard.frame.getByRole("button", { name: action, exact: true }).click();
  await dashboard.frame.getByRole("dialog").getByRole("button", { name: confirmation }).click();
}

/** What the page says after an action. */
function outcome({ frame }: Dashboard) {
  return frame.locator(".og-notice[role]");
}

async function tabTo({ page, frame }: Dashboard, name: string) {
  for (let step = 0; step < 40; step += 1) {
    const focused = await frame
      .locator("html")
      .evaluate(() => document.activeElement?.textContent ?? "");
    if (focused === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached ${name}.`);
}

async function readMoney(purchase: Purchase) {
  const { orderGroup } = await ask<{
    orderGroup: {
      status: string;
      totalCharged: { amount: number };
      totalRefunded: { amount: number };
    };
  }>(
    "admin",
    `query ($id: ID!) {
      orderGroup(id: $id) { status totalCharged { amount } totalRefunded { amount } }
    }`,
    { id: purchase.id },
  );
  return {
    charged: orderGroup.totalCharged.amount,
    refunded: orderGroup.totalRefunded.amount,
    status: orderGroup.status,
  };
}
