import { shop } from "../shop";
import { expect, test } from "../test";

test("the widget shows the customer's purchases, the newest first", async ({ dashboard }) => {
  await dashboard.logIn("packer");
  await dashboard.openCustomerWidget(shop.customer.id);

  const purchases = dashboard.frame.getByRole("list", { name: "Purchases" });
  await expect(purchases.getByRole("listitem")).toHaveCount(5);
  await expect(purchases.getByRole("listitem").first()).toContainText(/\d sellers/);

  const newest = purchases.getByRole("link").first();
  const number = (await newest.innerText()).replace("#", "");
  await newest.click();
  const app = encodeURIComponent(await dashboard.getAppId());
  await dashboard.expectRedirect(`/extensions/app/${app}/purchases/${number}`);
});

test("the widget leads to all purchases of the customer", async ({ dashboard }) => {
  await dashboard.logIn("packer");
  await dashboard.openCustomerWidget(shop.customer.id);
  await dashboard.frame.getByRole("link", { name: /^All \d+ purchases$/ }).click();

  const customer = encodeURIComponent(shop.customer.id);
  const app = encodeURIComponent(await dashboard.getAppId());
  await dashboard.expectRedirect(`/extensions/app/${app}/purchases?customer=${customer}`);
});

test("staff of one channel see its purchases alone", async ({ dashboard }) => {
  const { outlet } = shop.purchases;
  await dashboard.logIn("market");
  await dashboard.openCustomerWidget(shop.customer.id);
  await expect(dashboard.frame.getByRole("listitem").first()).toBeVisible();

  await expect(
    dashboard.frame.getByRole("link", { name: `#${outlet.number}`, exact: true }),
  ).toHaveCount(0);
});

test("a customer who is not there says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openCustomerWidget(Buffer.from("User:999999999").toString("base64"));

  await expect(
    dashboard.frame.getByText("This customer was not found, or you may not see them."),
  ).toBeVisible();
});

test("staff without MANAGE_ORDERS get no widget", async ({ dashboard }) => {
  await dashboard.logIn("catalog");

  expect(await dashboard.openCustomerWidget(shop.customer.id)).toBe(false);
});
