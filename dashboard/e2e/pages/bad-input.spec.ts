import { orderOf, shop } from "../shop";
import { expect, test } from "../test";
import { expireIn } from "../tokens";

const { paid } = shop.purchases;
const order = orderOf(paid, "anna-apiary");
const ORDERS = "Orders of the purchase";

test("a slow network shows that something is on its way", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.page.route(shop.apiUrl, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await route.continue();
  });
  const opened = dashboard.openOrderWidget(order.id);

  await expect(dashboard.frame.getByRole("status", { name: "Loading" })).toBeVisible();
  await opened;
  await expect(dashboard.frame.getByRole("list", { name: ORDERS })).toBeVisible();
});

test("a network that fails can be tried again", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.breakApi((route) => route.abort("connectionreset"));
  await dashboard.openOrderWidget(order.id);

  await expect(dashboard.frame.getByRole("alert")).toContainText("The shop does not answer");

  await dashboard.mendApi();
  await dashboard.frame.getByRole("button", { name: "Try again" }).click();
  await expect(dashboard.frame.getByRole("list", { name: ORDERS })).toBeVisible();
});

test("an error of the API is shown in its words", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.breakApi((route) =>
    route.fulfill({ json: { errors: [{ message: "The database is full." }], data: null } }),
  );
  await dashboard.openOrderWidget(order.id);

  await expect(dashboard.frame.getByRole("alert")).toContainText("The database is full.");
});

test("an answer that is no JSON is a shop that does not answer", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.breakApi((route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
  );
  await dashboard.openOrderWidget(order.id);

  await expect(dashboard.frame.getByRole("alert")).toContainText("The shop does not answer");
});

test("a plugin that is older than the pages is named", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  // As Saleor answers where it does not know a field.
  await dashboard.breakApi((route) =>
    route.fulfill({
      status: 400,
      json: {
        errors: [
          {
            message: 'Cannot query field "orderGroup" on type "Order".',
            locations: [{ line: 1, column: 1 }],
            extensions: { exception: { code: "GraphQLError" } },
          },
        ],
        data: null,
      },
    }),
  );
  await dashboard.openOrderWidget(order.id);

  const alert = dashboard.frame.getByRole("alert");
  await expect(alert).toContainText("The plugin and these pages are of different versions");
  await expect(alert).toContainText("install_dashboard_app");
});

test("an expired token is replaced by one that the Dashboard gives", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  const expired = expireIn(await dashboard.fetchOrderToken(), -60);
  await dashboard.forgetActions();
  await dashboard.openOrderWidget(order.id, expired);
  await expect
    .poll(async () => (await dashboard.getActions("notifyReady")).length)
    .toBeGreaterThan(1);

  await dashboard.fetchToken().then((token) => dashboard.post("tokenRefresh", { token }));

  await expect(dashboard.frame.getByRole("list", { name: ORDERS })).toBeVisible();
});

test("a token that expires while the page is open is replaced", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openPage("/purchases");
  const token = expireIn(await dashboard.fetchToken(), 6);
  await dashboard.openPage(`/purchases/${paid.number}`, token);
  await expect(dashboard.frame.getByRole("heading", { level: 1 })).toContainText(paid.number);
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  await dashboard.fetchToken();

  await dashboard.frame.getByRole("link", { name: "Purchases" }).first().click();

  await expect(dashboard.frame.getByRole("table")).toContainText(paid.number);
});

test("without another token the page says that the session has ended", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  const expired = expireIn(await dashboard.fetchOrderToken(), -60);

  await dashboard.openOrderWidget(order.id, expired);

  await expect(dashboard.frame.getByRole("alert")).toContainText(
    "Your session in the Dashboard has ended",
    { timeout: 30_000 },
  );
  await dashboard.fetchToken();
  await dashboard.frame.getByRole("button", { name: "Try again" }).click();
  await expect(dashboard.frame.getByRole("list", { name: ORDERS })).toBeVisible();
});

test("a Dashboard that says nothing is named", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.setAnswering(false);

  await dashboard.openOrderWidget(order.id);

  await expect(dashboard.frame.getByRole("alert")).toContainText(
    "The Dashboard does not answer",
    { timeout: 30_000 },
  );
});

test("a page that is opened on its own says where it belongs", async ({ dashboard }) => {
  await dashboard.page.goto(`${shop.url}/plugins/global/saleor.order_groups.dashboard/app`);

  await expect(
    dashboard.page.getByRole("heading", { name: "This page belongs into Saleor's Dashboard" }),
  ).toBeVisible();
});

test("an order that is not there says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(
    Buffer.from("Order:00000000-0000-4000-8000-000000000000").toString("base64"),
  );

  await expect(
    dashboard.frame.getByText("This order was not found, or you may not see it."),
  ).toBeVisible();
});

test("a page that is not there says where to go", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openPage("/nowhere");

  await expect(dashboard.frame.getByRole("heading", { name: "There is no such page" })).toBeVisible();
});
